using Cluster.Consensus;
using Cluster.Storage.Format;

namespace Cluster.Storage.Tests;

/// <summary>
/// Every step of save, rename, reference, roll-over and delete, and every step of the starts that follow, is the last one once.
/// </summary>
public sealed class SnapshotCrashTests
{
    private static readonly WriteAheadLogOptions Options =
        new() { Directory = "unused", SegmentBytes = 8192, Salt = 11, SingleThreaded = true };

    /// <summary>etcd #10219: killed between the hard state and the snapshot that belong together.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_crash_at_any_step_of_a_log_with_snapshots_leaves_a_folder_that_opens(bool powerCut)
    {
        int crashes = 0;
        for (int step = 1; ; step++)
        {
            var disk = new SimulatedDisk { CrashAfter = step };
            var random = new SplitMix64((ulong)step);
            var model = new LogModel();
            int synced = 0;
            if (Live(disk, model, ref synced))
            {
                break;
            }

            crashes++;
            RequireOpens(disk, model, synced, powerCut, ref random, $"step {step}");
        }

        Assert.True(crashes > 100, $"{crashes} steps only");
    }

    [Fact]
    public void Random_logs_with_snapshots_survive_power_cuts_life_after_life()
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            var random = new SplitMix64(seed);
            var disk = new SimulatedDisk();
            for (int life = 0; life < 6; life++)
            {
                WriteAheadLog log = WriteAheadLog.Open(Options, disk.Start(), out RecoveredLog recovered);
                var model = LogModel.From(recovered);
                int synced = 0;
                disk.CrashAfter = 1 + (int)random.Below(120);
                try
                {
                    for (int i = 0; i < 40; i++)
                    {
                        log.Write([model.NextOrSnapshot(ref random, log.Snapshots), model.Next(ref random)]);
                        if (random.Chance(0.5))
                        {
                            log.Sync();
                            synced = model.Records;
                        }
                    }

                    log.Dispose();
                }
                catch (IOException) when (disk.HasCrashed)
                {
                }

                RequireOpens(disk, model, synced, powerCut: random.Chance(0.7), ref random, $"seed {seed} life {life}");
            }
        }
    }

    private static bool Live(SimulatedDisk disk, LogModel model, ref int synced)
    {
        var random = new SplitMix64(5);
        try
        {
            WriteAheadLog log = WriteAheadLog.Open(Options, disk.Start(), out _);
            for (int round = 0; round < 4; round++)
            {
                for (int i = 0; i < 6; i++)
                {
                    log.Write([model.Append((ulong)round + 1, LogModel.Payload(ref random, 700))]);
                    log.Sync();
                    synced = model.Records;
                }

                // A snapshot of its own, then one of the leader's with the term that came with it.
                Snapshot snapshot = round % 2 == 0
                    ? model.Snapshot(model.LastIndex - 1, LogModel.Payload(ref random, 1200))
                    : LogModel.SnapshotOf(model.LastIndex + 10, (ulong)round + 2, LogModel.Payload(ref random, 1200));
                log.Snapshots.Save(snapshot);
                log.Write([
                    model.Vote((ulong)round + 2, 1),
                    round % 2 == 0 ? model.Use(snapshot, snapshot.Meta.Index.Value) : model.Install(snapshot),
                ]);
                log.Sync();
                synced = model.Records;
            }

            log.Dispose();
            return !disk.HasCrashed;
        }
        catch (IOException) when (disk.HasCrashed)
        {
            return false;
        }
    }

    private static void RequireOpens(
        SimulatedDisk disk, LogModel model, int synced, bool powerCut, ref SplitMix64 random, string context)
    {
        for (int step = 1; ; step++)
        {
            if (powerCut)
            {
                disk.PowerCut(ref random);
            }

            // Each start is cut short one step later than the one before.
            disk.CrashAfter = step;
            try
            {
                using WriteAheadLog log = WriteAheadLog.Open(Options, disk.Start(), out RecoveredLog recovered);
                disk.CrashAfter = int.MaxValue;
                model.RequirePrefix(recovered, synced, context);
                string[] expected = recovered.Snapshot is { Meta: var meta } ? [SnapshotName.Of(meta.Index, meta.Term)] : [];
                Assert.Equal(expected, disk.Names().Where(name => name.StartsWith("snapshot", StringComparison.Ordinal)));
                Assert.DoesNotContain(SegmentName.Next, disk.Names());
                return;
            }
            catch (IOException e) when (disk.HasCrashed && e is not CorruptLogException)
            {
            }
        }
    }
}
