using Cluster.Consensus;

namespace Cluster.Storage.Tests;

public sealed class CrashTests
{
    private static readonly WriteAheadLogOptions Options = new() { Directory = "unused", SegmentBytes = 8192, Salt = 11 };

    [Fact]
    public void A_copy_of_the_folder_at_any_moment_is_a_prefix_with_everything_synced()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        var random = new SplitMix64(20);
        using WriteAheadLog log = folder.Open(out _);
        int synced = 0;
        for (int i = 0; i < 60; i++)
        {
            log.Write([model.Next(ref random), model.Next(ref random)]);
            if (random.Chance(0.5))
            {
                log.Sync();
                synced = model.Records;
            }

            using LogFolder copy = folder.Copy();
            model.RequirePrefix(copy.Recover(), synced, $"copy {i}");
        }
    }

    /// <summary>
    /// Power cuts, each of which keeps any subset of the unsynced sectors and names, many lives one after another (nats-server #7567:
    /// one machine's power cut must not cost what it acknowledged).
    /// </summary>
    [Fact]
    public void Power_cuts_at_random_moments_never_lose_what_was_synced_and_never_stop_a_start()
    {
        for (ulong seed = 0; seed < 150; seed++)
        {
            var random = new SplitMix64(seed);
            var disk = new SimulatedDisk();
            RecoveredLog expected = RecoveredLog.Empty;
            for (int life = 0; life < 8; life++)
            {
                WriteAheadLog log = WriteAheadLog.Open(Options, disk.Start(), out RecoveredLog recovered);
                if (life == 0)
                {
                    Assert.Empty(recovered.Entries);
                }

                var model = LogModel.From(recovered);
                int synced = 0;
                int steps = (int)random.Below(20);
                for (int i = 0; i < steps; i++)
                {
                    var batch = new List<LogWrite>();
                    for (ulong n = random.Below(4); n > 0; n--)
                    {
                        batch.Add(model.Next(ref random));
                    }

                    log.Write(batch);
                    if (random.Chance(0.6))
                    {
                        log.Sync();
                        synced = model.Records;
                    }
                }

                if (random.Chance(0.2))
                {
                    log.Dispose();
                }

                disk.PowerCut(ref random);
                using (WriteAheadLog.Open(Options, disk.Start(), out recovered))
                {
                    model.RequirePrefix(recovered, synced, $"seed {seed} life {life}");
                    expected = recovered;
                }

                disk.PowerCut(ref random);
                log.Dispose();
                WriteAheadLog.Open(Options, disk.Start(), out recovered).Dispose();
                Assert.Equal(
                    LogModel.Describe(expected), LogModel.Describe(recovered));
            }
        }
    }

    [Fact]
    public void Random_cuts_and_flipped_bits_give_a_prefix_with_everything_synced_or_a_refusal()
    {
        int refused = 0;
        int accepted = 0;
        for (ulong seed = 0; seed < 1500; seed++)
        {
            var random = new SplitMix64(seed);
            var disk = new SimulatedDisk();
            var model = new LogModel();
            int synced = 0;
            WriteAheadLog log = WriteAheadLog.Open(Options, disk.Start(), out _);
            for (ulong n = 1 + random.Below(12); n > 0; n--)
            {
                log.Write([model.Next(ref random)]);
                if (n > 1)
                {
                    log.Sync();
                    synced = model.Records;
                }
            }

            // The last write is not synced: a cut may take any of it, flips must not pass for one.
            SimulatedFile file = disk.Segments()[(int)random.Below(log.Segments)];
            int used = file.Contents.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
            if (random.Chance(0.3))
            {
                int from = (int)random.Below((ulong)used);
                file.Contents.AsSpan(from).Clear();
                try
                {
                    WriteAheadLog.Open(Options, disk.Start(), out RecoveredLog cut);
                    model.RequirePrefix(cut, 0, $"seed {seed} cut at {from}");
                }
                catch (CorruptLogException)
                {
                    refused++;
                    continue;
                }
            }
            else
            {
                for (ulong flips = 1 + random.Below(3); flips > 0; flips--)
                {
                    file.Contents[(int)random.Below((ulong)used)] ^= (byte)(1 << (int)random.Below(8));
                }

                try
                {
                    WriteAheadLog.Open(Options, disk.Start(), out RecoveredLog flipped);
                    model.RequirePrefix(flipped, synced, $"seed {seed}");
                }
                catch (CorruptLogException)
                {
                    refused++;
                    continue;
                }
            }

            accepted++;
        }

        Assert.True(refused > 100 && accepted > 100, $"{refused} refused, {accepted} accepted: the test exercises one side only");
    }
}
