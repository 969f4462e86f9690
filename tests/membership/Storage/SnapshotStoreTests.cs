using Cluster.Consensus;
using Cluster.Storage.Format;

namespace Cluster.Storage.Tests;

public sealed class SnapshotStoreTests
{
    private static readonly WriteAheadLogOptions Options = new() { Directory = "unused", SegmentBytes = 64 * 1024, Salt = 3 };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024 * 1024)]
    [InlineData((9 * 1024 * 1024) + 5)]
    public void A_snapshot_of_any_size_comes_back_as_it_was(int bytes)
    {
        using var folder = new LogFolder();
        using WriteAheadLog log = folder.Open(out _);
        var random = new SplitMix64(1);
        byte[] state = new byte[bytes];
        for (int i = 0; i < bytes; i += 97)
        {
            state[i] = (byte)random.Next();
        }

        Snapshot saved = LogModel.SnapshotOf(7, 3, state);
        log.Snapshots.Save(saved);
        Snapshot loaded = log.Snapshots.Load(new LogIndex(7), new Term(3));
        Assert.Equal(saved.Meta, loaded.Meta);
        Assert.True(saved.State.Span.SequenceEqual(loaded.State.Span));
        SnapshotFileInfo file = Assert.Single(log.Snapshots.List());
        Assert.False(file.IsReferenced);
        Assert.Equal((new FileInfo(file.Path).Length, SnapshotFile.SizeOf(saved.Meta)), (file.Bytes, file.Bytes));
    }

    [Fact]
    public void A_flipped_bit_in_any_byte_of_the_referenced_snapshot_is_refused_with_file_and_offset()
    {
        using LogFolder folder = WithSnapshot([.. Enumerable.Range(0, 200).Select(i => (byte)i)], out string name);
        byte[] whole = File.ReadAllBytes(Path.Combine(folder.Path, name));
        for (int at = 0; at < whole.Length; at++)
        {
            using LogFolder damaged = folder.Copy();
            byte[] bytes = [.. whole];
            bytes[at] ^= (byte)(1 << (at % 8));
            string path = Path.Combine(damaged.Path, name);
            File.WriteAllBytes(path, bytes);
            CorruptLogException refusal = Assert.Throws<CorruptLogException>(() => damaged.Recover());
            Assert.Equal(path, refusal.File);
            Assert.InRange(refusal.Offset, 0, at);
            Assert.Equal(bytes, File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void What_votes_count_comes_back_and_is_part_of_what_the_log_refers_to()
    {
        using var folder = new LogFolder();
        using WriteAheadLog log = folder.Open(out _);
        Snapshot plain = LogModel.SnapshotOf(7, 3, [1, 2, 3]);
        ClusterConfiguration configuration = plain.Meta.Configuration;
        var weighted = plain with
        {
            Meta = plain.Meta with
            {
                Configuration = new ClusterConfiguration(
                    configuration.Voters,
                    configuration.Voters,
                    configuration.Learners,
                    votes: new Dictionary<NodeId, int> { [new NodeId(2)] = 3 },
                    outgoingVotes: new Dictionary<NodeId, int> { [new NodeId(3)] = 2 }),
            },
        };
        log.Snapshots.Save(weighted);
        Assert.Equal(weighted.Meta, log.Snapshots.Load(new LogIndex(7), new Term(3)).Meta);
        Assert.False(SnapshotReference.To(weighted.Meta, new LogIndex(8), replacesLog: false).Means(plain.Meta));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(-1)]
    public void A_snapshot_of_the_wrong_length_is_refused(int keep)
    {
        using LogFolder folder = WithSnapshot(new byte[100], out string name);
        string path = Path.Combine(folder.Path, name);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, keep < 0 ? [.. bytes, 0] : bytes[..keep]);
        Assert.Equal(path, Assert.Throws<CorruptLogException>(() => folder.Recover()).File);
    }

    [Fact]
    public void A_missing_snapshot_is_refused_by_name()
    {
        using LogFolder folder = WithSnapshot([1], out string name);
        File.Delete(Path.Combine(folder.Path, name));
        CorruptLogException refusal = Assert.Throws<CorruptLogException>(() => folder.Recover());
        Assert.Equal(Path.Combine(folder.Path, name), refusal.File);
        Assert.Contains("snapshot file is missing", refusal.Message);
    }

    [Fact]
    public void A_folder_whose_segments_are_gone_is_not_taken_for_a_new_one()
    {
        using LogFolder folder = WithSnapshot([1], out string name);
        File.Delete(folder.Segment(1));
        CorruptLogException refusal = Assert.Throws<CorruptLogException>(() => folder.Recover());
        Assert.Contains(name, refusal.Message);
        Assert.Contains("no segment", refusal.Message);
    }

    /// <summary>etcd #13766: the applied index and the state it belongs to are one thing, and can't come apart.</summary>
    [Fact]
    public void The_state_of_another_index_or_of_another_history_is_not_taken_for_the_one_referenced()
    {
        using LogFolder folder = WithSnapshot([1, 2, 3], out string name);
        string path = Path.Combine(folder.Path, name);
        foreach (Snapshot other in new[]
        {
            LogModel.SnapshotOf(2, 1, [1, 2, 3]),
            LogModel.SnapshotOf(3, 2, [1, 2, 3]),
            LogModel.SnapshotOf(3, 1, [1, 2, 4]),
            new Snapshot(
                LogModel.SnapshotOf(3, 1, [1, 2, 3]).Meta with { Configuration = new ClusterConfiguration([new NodeId(1)]) },
                new byte[] { 1, 2, 3 }),
        })
        {
            using var elsewhere = new LogFolder();
            using WriteAheadLog log = elsewhere.Open(out _);
            log.Snapshots.Save(other);
            File.Copy(log.Snapshots.List()[0].Path, path, overwrite: true);
            Assert.Equal(path, Assert.Throws<CorruptLogException>(() => folder.Recover()).File);
        }
    }

    [Fact]
    public void A_snapshot_from_the_future_is_refused_by_its_version()
    {
        using LogFolder folder = WithSnapshot([1], out string name);
        string path = Path.Combine(folder.Path, name);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[8] = 2;
        File.WriteAllBytes(path, bytes);
        string message = Assert.Throws<CorruptLogException>(() => folder.Recover()).Message;
        Assert.Contains("format version 2", message);
        Assert.Contains("Start the version of the program that wrote it", message);
    }

    [Fact]
    public void Leftovers_of_a_crash_are_removed_at_open()
    {
        using LogFolder folder = WithSnapshot([1], out string name);
        string[] leftovers = [SnapshotName.Next, SnapshotName.Of(new LogIndex(1), new Term(1)), SnapshotName.Of(new LogIndex(9), new Term(9))];
        foreach (string leftover in leftovers)
        {
            File.WriteAllBytes(Path.Combine(folder.Path, leftover), [1, 2, 3]);
        }

        folder.Recover();
        Assert.Equal([name], Directory.EnumerateFiles(folder.Path, "snapshot*").Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public void Saving_one_that_is_there_or_superseded_changes_nothing()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using WriteAheadLog log = folder.Open(out _);
        log.Write([model.Append(1, [1], [2], [3])]);
        Snapshot snapshot = model.Snapshot(2, [1]);
        log.Snapshots.Save(LogModel.SnapshotOf(2, 1, [9, 9, 9]));
        log.Snapshots.Save(snapshot);
        log.Write([model.Use(snapshot, 2)]);
        log.Sync();
        log.Snapshots.Save(snapshot);
        Assert.Contains("entry 2 already", Assert.Throws<SnapshotNotSavedException>(
            () => log.Snapshots.Save(LogModel.SnapshotOf(2, 1, [2]))).Message);
        Assert.Throws<SnapshotNotSavedException>(() => log.Snapshots.Save(LogModel.SnapshotOf(1, 1, [2])));
        Assert.Equal(new byte[] { 1 }, log.Snapshots.Load(new LogIndex(2), new Term(1)).State.ToArray());
        Assert.Single(log.Snapshots.List());
    }

    [Fact]
    public void A_state_that_was_changed_after_it_was_handed_over_is_refused()
    {
        using var folder = new LogFolder();
        using WriteAheadLog log = folder.Open(out _);
        byte[] state = [1, 2, 3];
        Snapshot snapshot = LogModel.SnapshotOf(2, 1, state);
        state[1] = 9;
        Assert.Contains("was changed", Assert.Throws<ArgumentException>(() => log.Snapshots.Save(snapshot)).Message);
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "snapshot*"));
    }

    [Fact]
    public async Task Snapshots_are_saved_beside_a_log_that_goes_on()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using (WriteAheadLog log = folder.Open(out _))
        {
            byte[] state = new byte[3_000_000];
            Task saving = Task.Run(() =>
            {
                for (ulong i = 1; i <= 10; i++)
                {
                    log.Snapshots.Save(LogModel.SnapshotOf(i, 1, state));
                }
            });
            var random = new SplitMix64(2);
            do
            {
                log.Write([model.Append(1, LogModel.Payload(ref random, 300))]);
                log.Sync();
            }
            while (!saving.IsCompleted);
            await saving;
        }

        Assert.Equal(model.State, LogModel.Describe(folder.Recover()));
    }

    [Fact]
    public void A_save_in_hand_is_broken_off_when_the_log_is_closed()
    {
        using var folder = new LogFolder();
        WriteAheadLog log = folder.Open(out _);
        log.Dispose();
        Assert.Throws<ObjectDisposedException>(() => log.Snapshots.Save(LogModel.SnapshotOf(1, 1, [1])));
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "snapshot*"));
    }

    [Fact]
    public void A_snapshot_that_finds_no_space_is_given_up_and_the_log_goes_on()
    {
        var disk = new SimulatedDisk();
        var model = new LogModel();
        using WriteAheadLog log = WriteAheadLog.Open(Options, disk.Start(), out _);
        log.Write([model.Append(1, [1], [2])]);
        log.Sync();
        disk.Capacity = 100_000;
        SnapshotNotSavedException refusal = Assert.Throws<SnapshotNotSavedException>(
            () => log.Snapshots.Save(model.Snapshot(2, new byte[50_000])));
        Assert.True(refusal.IsDiskFull);
        Assert.Contains("bytes in disk/", refusal.Message);
        Assert.DoesNotContain(disk.Names(), name => name.StartsWith("snapshot", StringComparison.Ordinal));
        Snapshot smaller = model.Snapshot(2, new byte[10_000]);
        log.Snapshots.Save(smaller);
        log.Write([model.Use(smaller, 2)]);
        log.Sync();
    }

    [Fact]
    public void A_failure_at_any_write_or_sync_of_a_save_gives_it_up_and_nothing_else()
    {
        // 10 writes and 3 syncs.
        for (int fault = 1; fault <= 7; fault++)
        {
            var disk = new SimulatedDisk();
            var model = new LogModel();
            using WriteAheadLog log = WriteAheadLog.Open(Options, disk.Start(), out _);
            log.Write([model.Append(1, [1], [2])]);
            log.Sync();
            disk.FailWriteAfter = fault % 2 == 1 ? (fault + 1) / 2 : int.MaxValue;
            disk.FailSyncAfter = fault % 2 == 0 ? fault / 2 : int.MaxValue;
            Snapshot snapshot = model.Snapshot(2, new byte[9_000_000]);
            SnapshotNotSavedException refusal = Assert.Throws<SnapshotNotSavedException>(() => log.Snapshots.Save(snapshot));
            Assert.False(refusal.IsDiskFull);
            Assert.Contains("through entry 2", refusal.Message);
            Assert.DoesNotContain(disk.Names(), name => name.StartsWith("snapshot", StringComparison.Ordinal));
            log.Write([model.Append(1, [3])]);
            log.Sync();
        }
    }

    /// <summary>
    /// cockroach #37102, for names: the kernel tells of a failed directory sync once. When the snapshot thread is the one that hears
    /// it, the log must not take the next success for its own.
    /// </summary>
    [Fact]
    public void After_a_failed_sync_of_the_folder_by_a_save_the_log_begins_no_segment_any_more()
    {
        var disk = new SimulatedDisk();
        var model = new LogModel();
        using WriteAheadLog log = WriteAheadLog.Open(Options with { SegmentBytes = 8192 }, disk.Start(), out _);
        log.Write([model.Append(1, [1], [2])]);
        log.Sync();
        disk.FailsDirectorySyncs = true;
        Assert.Throws<LogFailedException>(() => log.Snapshots.Save(model.Snapshot(2, [1])));
        disk.FailsDirectorySyncs = false;
        Assert.Throws<LogFailedException>(() => log.Snapshots.Save(model.Snapshot(2, [1])));
        Assert.Throws<LogFailedException>(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                log.Write([model.Append(1, new byte[500])]);
            }
        });
        Assert.All(disk.Segments().Skip(1), next => Assert.False(next.Contents.AsSpan(SegmentHeader.PageBytes).ContainsAnyExcept((byte)0)));
    }

    private static LogFolder WithSnapshot(byte[] state, out string name)
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using WriteAheadLog log = folder.Open(out _);
        log.Write([model.Append(1, [1], [2], [3])]);
        Snapshot snapshot = model.Snapshot(3, state);
        log.Snapshots.Save(snapshot);
        log.Write([model.Use(snapshot, 4)]);
        log.Sync();
        name = SnapshotName.Of(snapshot.Meta.Index, snapshot.Meta.Term);
        return folder.Copy();
    }
}
