using System.Diagnostics;
using Cluster.Consensus;
using Cluster.Storage.Format;

namespace Cluster.Storage.Tests;

public sealed class DiskFullTests
{
    private static readonly WriteAheadLogOptions Options =
        new() { Directory = "unused", SegmentBytes = 64 * 1024, Salt = 3, SingleThreaded = true };

    [Fact]
    public void A_full_disk_is_met_when_the_next_segment_is_prepared_and_the_log_goes_on_to_the_end_of_this_one()
    {
        var disk = new SimulatedDisk();
        var model = new LogModel();
        using WriteAheadLog log = WriteAheadLog.Open(Options, disk.Start(), out _);
        disk.Capacity = 100_000;
        int told = 0;
        int synced = 0;
        LogFailedException? end = null;
        while (end is null)
        {
            try
            {
                log.Write([model.Append(1, new byte[1000])]);
                log.Sync();
                synced = model.Records;
                told = told == 0 && log.Trouble is not null ? synced : told;
            }
            catch (LogFailedException e)
            {
                end = e;
            }
        }

        // Told of at half a segment, ended at a whole one; about 1056 bytes a record.
        Assert.InRange(told, 25, 35);
        Assert.InRange(synced, 50, 60);
        Assert.True(end.IsDiskFull);
        Assert.Contains("65,536 bytes in disk/", end.Message);
        Assert.Contains("start it again", end.Message);
        Assert.DoesNotContain(SegmentName.Next, disk.Names());
        log.Dispose();

        // Not enough yet: it starts, and meets the end again. Then there is.
        WriteAheadLog.Open(Options, disk.Start(), out RecoveredLog recovered).Dispose();
        model.RequirePrefix(recovered, synced, "restart on the full disk");
        disk.Capacity = 1_000_000;
        using WriteAheadLog again = WriteAheadLog.Open(Options, disk.Start(), out recovered);
        LogModel more = LogModel.From(recovered);
        while (again.Segments < 3)
        {
            again.Write([more.Append(1, new byte[1000])]);
            again.Sync();
        }
    }

    [Fact]
    public void Space_made_before_the_segment_is_full_lets_the_log_go_on()
    {
        var disk = new SimulatedDisk();
        var model = new LogModel();
        using WriteAheadLog log = WriteAheadLog.Open(Options, disk.Start(), out _);
        disk.Capacity = 100_000;
        while (log.Trouble is null)
        {
            log.Write([model.Append(1, new byte[1000])]);
            log.Sync();
        }

        disk.Capacity = 1_000_000;
        while (log.Segments < 3)
        {
            log.Write([model.Append(1, new byte[1000])]);
            log.Sync();
        }

        Assert.Null(log.Trouble);
    }

    [Fact]
    public void A_first_segment_that_finds_no_space_makes_open_fail_and_leaves_nothing()
    {
        var disk = new SimulatedDisk { Capacity = 10_000 };
        DiskFullException refusal = Assert.Throws<DiskFullException>(() => WriteAheadLog.Open(Options, disk.Start(), out _));
        Assert.Equal((65_536, "disk/"), (refusal.BytesWanted, refusal.Directory));
        Assert.Empty(disk.Names());
        disk.Capacity = 100_000;
        WriteAheadLog.Open(Options, disk.Start(), out _).Dispose();
    }

    [Fact]
    public void A_small_real_file_system_fills_up_and_the_log_starts_again_after_space_is_made()
    {
        string mount = Directory.CreateTempSubdirectory("cluster-wal-full-").FullName;
        if (!TryRun("mount", "-t", "tmpfs", "-o", "size=1m", "none", mount))
        {
            Directory.Delete(mount);
            Assert.Skip("mounting a small file system needs root");
        }

        try
        {
            FillUp(new WriteAheadLogOptions { Directory = Path.Combine(mount, "data"), SegmentBytes = 256 * 1024 }, Path.Combine(mount, "ballast"));
        }
        finally
        {
            Assert.True(TryRun("umount", mount), $"{mount} could not be unmounted");
            Directory.Delete(mount);
        }
    }

    private static void FillUp(WriteAheadLogOptions options, string ballast)
    {
        var model = new LogModel();
        int synced = 0;
        File.WriteAllBytes(ballast, new byte[300_000]);
        using (WriteAheadLog log = WriteAheadLog.Open(options, out _))
        {
            LogFailedException end = Assert.Throws<LogFailedException>(() =>
            {
                for (int i = 0; i < 2000; i++)
                {
                    log.Write([model.Append(1, new byte[900])]);
                    log.Sync();
                    synced = model.Records;
                }
            });
            Assert.True(end.IsDiskFull, end.ToString());
            Assert.Contains($"262,144 bytes in {options.Directory}", end.Message);
            Assert.Throws<SnapshotNotSavedException>(() => log.Snapshots.Save(model.Snapshot(1, new byte[900_000])));
        }

        Assert.InRange(synced, 400, 600);
        using (WriteAheadLog.Open(options, out RecoveredLog full))
        {
            model.RequirePrefix(full, synced, "restart on the full disk");
        }

        File.Delete(ballast);
        using WriteAheadLog again = WriteAheadLog.Open(options, out RecoveredLog recovered);
        model = LogModel.From(recovered);
        for (int i = 0; i < 200; i++)
        {
            again.Write([model.Append(1, new byte[900])]);
            again.Sync();
        }

        // Compaction makes room as well.
        Snapshot snapshot = model.Snapshot(model.LastIndex, new byte[1000]);
        again.Snapshots.Save(snapshot);
        again.Write([model.Use(snapshot, model.LastIndex + 1)]);
        again.Sync();
    }

    private static bool TryRun(string program, params string[] arguments)
    {
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true });
            return process is not null && process.WaitForExit(10_000) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
