using Cluster.Consensus;
using Cluster.Storage.Format;

namespace Cluster.Storage.Tests;

public sealed class CompactionTests
{
    [Fact]
    public void A_restart_begins_with_the_snapshot_and_the_entries_kept_behind_it()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([model.Vote(1, 1), model.Append(1, [1], [2], [3], [4], [5])]);
            Use(log, model, 4, keepFrom: 3, [9, 8, 7]);
            log.Write([model.Append(2, [6])]);
            log.Sync();
        }

        RecoveredLog recovered = folder.Recover();
        Assert.Equal(model.State, LogModel.Describe(recovered));
        Assert.Equal([9, 8, 7], recovered.Snapshot!.State.ToArray());
        Assert.Equal([3UL, 4, 5, 6], recovered.Entries.Select(e => e.Index.Value));
    }

    [Fact]
    public void A_snapshot_may_keep_nothing()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([model.Append(1, [1], [2])]);
            Use(log, model, 2, keepFrom: 3, []);
        }

        RecoveredLog recovered = folder.Recover();
        Assert.Equal(model.State, LogModel.Describe(recovered));
        Assert.Empty(recovered.Entries);
        Assert.Equal(0, recovered.Snapshot!.State.Length);
    }

    [Fact]
    public void A_snapshot_from_the_leader_replaces_the_whole_log_and_the_log_goes_on_behind_it()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([model.Vote(1, 1), model.Append(1, [1], [2], [3])]);
            log.Sync();
            Snapshot foreign = LogModel.SnapshotOf(1000, 7, [1, 2, 3]);
            log.Snapshots.Save(foreign);
            log.Write([model.Vote(7, 0), model.Install(foreign), model.Append(7, [4])]);
            log.Sync();
        }

        RecoveredLog recovered = folder.Recover();
        Assert.Equal(model.State, LogModel.Describe(recovered));
        Assert.Equal(1001UL, Assert.Single(recovered.Entries).Index.Value);
    }

    [Fact]
    public void Segments_and_snapshots_that_a_newer_snapshot_replaces_are_deleted_and_no_others()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        var random = new SplitMix64(3);
        List<ulong> firstEntries = [];
        using (WriteAheadLog log = WriteAheadLog.Open(folder.Options with { SingleThreaded = true }, out _))
        {
            while (log.Segments < 5)
            {
                ulong before = log.Segments;
                log.Write([model.Append(1, LogModel.Payload(ref random, 900))]);
                log.Sync();
                if (log.Segments != before || firstEntries.Count == 0)
                {
                    firstEntries.Add(model.LastIndex);
                }
            }

            // The last entry of segment 2 is still wanted, then the first one of segment 3 is the first.
            Use(log, model, model.LastIndex - 1, keepFrom: firstEntries[2] - 1, [1]);
            Assert.Equal([2UL, 3, 4, 5], Numbers(folder));
            Assert.Equal(4UL, log.Segments);
            Use(log, model, model.LastIndex, keepFrom: firstEntries[2], [2]);
            Assert.Equal([3UL, 4, 5], Numbers(folder));
            SnapshotFileInfo only = Assert.Single(log.Snapshots.List());
            Assert.True(only.IsReferenced);
            Assert.Equal(model.LastIndex, only.Index.Value);
            log.Write([model.Append(1, [7])]);
            log.Sync();
        }

        Assert.Equal(model.State, LogModel.Describe(folder.Recover()));
        Assert.Equal([3UL, 4, 5], Numbers(folder));
    }

    [Fact]
    public async Task Deletion_happens_beside_the_log_and_is_over_at_some_point()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        var random = new SplitMix64(3);
        using WriteAheadLog log = folder.Open(out _);
        while (log.Segments < 4)
        {
            log.Write([model.Append(1, LogModel.Payload(ref random, 900))]);
            log.Sync();
        }

        Use(log, model, model.LastIndex, model.LastIndex + 1, [1]);
        DateTime deadline = DateTime.UtcNow.AddSeconds(30);
        while (log.Segments > 1 && DateTime.UtcNow < deadline)
        {
            await Task.Delay(5);
        }

        Assert.Equal([4UL], Numbers(folder));
        Assert.Null(log.Trouble);
    }

    /// <summary>etcd #22442, with a snapshot: what was truncated does not come back when the segments around it go.</summary>
    [Fact]
    public void A_rewritten_entry_is_looked_for_where_it_was_written_last()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        var random = new SplitMix64(4);
        using (WriteAheadLog log = WriteAheadLog.Open(folder.Options with { SingleThreaded = true }, out _))
        {
            while (log.Segments < 3)
            {
                log.Write([model.Append(1, LogModel.Payload(ref random, 900))]);
                log.Sync();
            }

            // Entry 3 was in segment 1; the one that replaced it is in segment 3.
            log.Write([model.Truncate(3), model.Append(2, [3], [4], [5])]);
            Use(log, model, 4, keepFrom: 3, [1]);
            Assert.Equal([3UL], Numbers(folder));
        }

        Assert.Equal(model.State, LogModel.Describe(folder.Recover()));
    }

    [Fact]
    public void Nothing_is_deleted_before_the_reference_is_synced()
    {
        var disk = new SimulatedDisk();
        var options = new WriteAheadLogOptions { Directory = "unused", SegmentBytes = 8192, Salt = 3, SingleThreaded = true };
        var model = new LogModel();
        var random = new SplitMix64(3);
        using WriteAheadLog log = WriteAheadLog.Open(options, disk.Start(), out _);
        Use(log, Fill(log, model, ref random, 2), 2, 3, [1]);
        Fill(log, model, ref random, 4);
        string[] before = Names();
        Snapshot second = model.Snapshot(model.LastIndex, [2]);
        log.Snapshots.Save(second);
        log.Write([model.Use(second, model.LastIndex + 1)]);
        Assert.Equal([.. before.Append(SnapshotName.Of(second.Meta.Index, second.Meta.Term)).Order(StringComparer.Ordinal)], Names());
        log.Sync();
        Assert.Equal(2, Names().Length);

        string[] Names() => [.. disk.Names().Where(name => name != SegmentName.Next)];
    }

    [Fact]
    public void A_snapshot_that_is_not_saved_or_does_not_fit_is_refused_whole_and_the_log_goes_on()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([model.Append(1, [1], [2], [3])]);
            Snapshot unsaved = LogModel.SnapshotOf(2, 1, [1]);
            LogWrite Write(Snapshot snapshot, ulong keepFrom, bool replaces = false) =>
                LogWrite.UseSnapshot(9, snapshot.Meta, new LogIndex(keepFrom), replaces);
            Refused(log, "not saved", Write(unsaved, 3));
            Refused(log, "from 4 on to be kept", Write(unsaved, 4));
            Refused(log, "goes from 1 to 3", Write(LogModel.SnapshotOf(4, 1, [1]), 5));
            Refused(log, "was to be used", Write(LogModel.SnapshotOf(9, 1, [1]), 9, replaces: true));
            Use(log, model, 2, 2, [5]);
            Refused(log, "through 2", LogWrite.Truncate(9, new LogIndex(2)));
            Refused(log, "through 1", Write(LogModel.SnapshotOf(1, 1, [1]), 2));
            log.Write([model.Append(1, [4])]);
            log.Sync();
        }

        Assert.Equal(model.State, LogModel.Describe(folder.Recover()));
    }

    [Fact]
    public void Entries_that_an_earlier_snapshot_let_go_are_gone_even_when_a_later_one_would_keep_them()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        var random = new SplitMix64(4);
        using (WriteAheadLog log = WriteAheadLog.Open(folder.Options with { SingleThreaded = true }, out _))
        {
            ulong last = Fill(log, model, ref random, 3).LastIndex;
            Use(log, model, last - 1, keepFrom: last, [1]);
            Use(log, model, last, keepFrom: 1, [2]);
        }

        RecoveredLog recovered = folder.Recover();
        Assert.Equal(model.State, LogModel.Describe(recovered));
        Assert.Single(recovered.Entries);
        Assert.True(WalInspector.Inspect(folder.Path).IsSound);
    }

    private static void Refused(WriteAheadLog log, string reason, LogWrite write) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => log.Write([write])).Message);

    private static LogModel Fill(WriteAheadLog log, LogModel model, ref SplitMix64 random, ulong segments)
    {
        while (log.Segments < segments)
        {
            log.Write([model.Append(1, LogModel.Payload(ref random, 900))]);
            log.Sync();
        }

        return model;
    }

    private static void Use(WriteAheadLog log, LogModel model, ulong index, ulong keepFrom, byte[] state)
    {
        Snapshot snapshot = model.Snapshot(index, state);
        log.Snapshots.Save(snapshot);
        log.Write([model.Use(snapshot, keepFrom)]);
        log.Sync();
    }

    private static ulong[] Numbers(LogFolder folder) => [.. Directory.EnumerateFiles(folder.Path)
        .Select(file => SegmentName.TryParse(Path.GetFileName(file), out ulong number) ? number : 0)
        .Where(number => number > 0)
        .Order()];
}
