using Cluster.Consensus;

namespace Cluster.Storage.Tests;

public sealed class FailureTests
{
    private static readonly WriteAheadLogOptions Options = new() { Directory = "unused", SegmentBytes = 8192, Salt = 3 };

    /// <summary>
    /// So large that no next segment is prepared meanwhile, on whose file an injected fault could strike instead.
    /// </summary>
    private static readonly WriteAheadLogOptions Roomy = Options with { SegmentBytes = 64 * 1024 };

    /// <summary>cockroach #37102: after a failed sync the next one may "succeed" with nothing written.</summary>
    [Fact]
    public void After_a_failed_sync_every_call_fails_and_nothing_is_tried_again()
    {
        var disk = new SimulatedDisk();
        using WriteAheadLog log = WriteAheadLog.Open(Roomy, disk.Start(), out _);
        var model = new LogModel();
        log.Write([model.Append(1, [1])]);
        disk.FailSyncAfter = 1;
        LogFailedException first = Assert.Throws<LogFailedException>(log.Sync);
        Assert.Contains("Input/output error", first.Message);
        Assert.Contains("Stop this process", first.Message);
        (int writes, int syncs) = (disk.Writes, disk.Syncs);
        Assert.Throws<LogFailedException>(log.Sync);
        Assert.Throws<LogFailedException>(() => log.Write([model.Append(1, [2])]));
        log.Dispose();
        Assert.Equal((writes, syncs), (disk.Writes, disk.Syncs));
    }

    [Fact]
    public void After_a_failed_write_every_call_fails_and_a_restart_finds_what_was_synced()
    {
        var disk = new SimulatedDisk();
        var model = new LogModel();
        using (WriteAheadLog log = WriteAheadLog.Open(Roomy, disk.Start(), out _))
        {
            log.Write([model.Append(1, [1])]);
            log.Sync();
            disk.FailWriteAfter = 1;
            Assert.Throws<LogFailedException>(() => log.Write([model.Append(1, [2], [3])]));
            Assert.Throws<LogFailedException>(log.Sync);
            Assert.Throws<LogFailedException>(() => log.Write([]));
        }

        using WriteAheadLog again = WriteAheadLog.Open(Roomy, disk.Start(), out RecoveredLog recovered);
        model.RequirePrefix(recovered, 1, "restart");
    }

    /// <summary>
    /// The process dies of a failed sync and starts again: the kernel still shows the lost pages, marked clean. What the restart
    /// reports has to survive a power cut nevertheless.
    /// </summary>
    [Fact]
    public void What_a_restart_after_a_failed_sync_reports_is_on_disk()
    {
        var disk = new SimulatedDisk();
        var random = new SplitMix64(1);
        var model = new LogModel();
        using (WriteAheadLog log = WriteAheadLog.Open(Roomy, disk.Start(), out _))
        {
            log.Write([model.Append(1, [1])]);
            log.Sync();
            log.Write([model.Append(1, [2], LogModel.Payload(ref random, 1500))]);
            disk.FailSyncAfter = 1;
            Assert.Throws<LogFailedException>(log.Sync);
        }

        WriteAheadLog.Open(Roomy, disk.Start(), out RecoveredLog shown);
        Assert.Equal(3, shown.Entries.Count);
        disk.PowerCut(ref random);
        using WriteAheadLog again = WriteAheadLog.Open(Roomy, disk.Start(), out RecoveredLog recovered);
        Assert.Equal(
            LogModel.Describe(shown), LogModel.Describe(recovered));
    }

    [Fact]
    public void A_disk_that_fails_while_the_end_is_settled_makes_open_fail()
    {
        var disk = new SimulatedDisk();
        WriteAheadLog.Open(Roomy, disk.Start(), out _).Dispose();
        disk.FailSyncAfter = 1;
        Assert.Throws<LogFailedException>(() => WriteAheadLog.Open(Roomy, disk.Start(), out _));
    }

    [Fact]
    public void A_failure_at_any_write_or_sync_of_a_run_with_roll_overs_loses_nothing_synced()
    {
        for (int fault = 1; fault < 200; fault++)
        {
            var disk = new SimulatedDisk();
            var random = new SplitMix64((ulong)fault);
            var model = new LogModel();
            int synced = 0;
            bool failed = false;
            WriteAheadLog log = WriteAheadLog.Open(Options, disk.Start(), out _);
            disk.FailSyncAfter = fault % 2 == 0 ? fault / 2 : int.MaxValue;
            disk.FailWriteAfter = fault % 2 == 1 ? (fault / 2) + 1 : int.MaxValue;
            try
            {
                for (int i = 0; i < 100; i++)
                {
                    log.Write([model.Next(ref random)]);
                    log.Sync();
                    synced = model.Records;
                }
            }
            catch (LogFailedException)
            {
                failed = true;
            }

            Assert.True(failed, $"fault {fault} never struck");
            log.Dispose();
            disk.PowerCut(ref random);
            using WriteAheadLog again = WriteAheadLog.Open(Options, disk.Start(), out RecoveredLog recovered);
            model.RequirePrefix(recovered, synced, $"fault {fault}");
        }
    }
}
