using Cluster.Consensus;
using Cluster.Storage.Format;

namespace Cluster.Storage.Tests;

/// <summary>
/// Logs written by every format version there was, kept in the repository: every later program must read them, and write the newest
/// version to the byte. To make the newest one anew (only together with a new version): CLUSTER_REGENERATE_GOLDEN=folder.
/// </summary>
public sealed class GoldenTests
{
    [Fact]
    public void Version_1_stays_readable()
    {
        using LogFolder folder = Copy("v1");
        using WriteAheadLog log = WriteAheadLog.Open(folder.Options, out RecoveredLog recovered);
        Assert.Equal(2UL, log.Segments);
        RequireVersion1(recovered);
    }

    [Fact]
    public void Opening_a_version_1_log_without_writing_leaves_it_to_the_program_that_wrote_it()
    {
        using LogFolder folder = Copy("v1");
        Dictionary<string, byte[]> before = Contents(folder.Path);
        folder.Recover();
        foreach ((string file, byte[] bytes) in before)
        {
            Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(folder.Path, file)));
        }
    }

    [Fact]
    public void A_version_1_log_goes_on_in_version_2_and_can_be_compacted()
    {
        using LogFolder folder = Copy("v1");
        LogModel model;
        using (WriteAheadLog log = WriteAheadLog.Open(folder.Options, out RecoveredLog recovered))
        {
            model = LogModel.From(recovered);
            log.Write([model.Vote(5, 1), model.Append(5, [1], [2])]);
            log.Sync();
            Assert.Equal(3UL, log.Segments);
        }

        RequireVersion1(folder.Recover(), added: 2);
        using (WriteAheadLog log = WriteAheadLog.Open(folder.Options, out _))
        {
            Snapshot snapshot = model.Snapshot(5, [1, 2, 3]);
            log.Snapshots.Save(snapshot);
            log.Write([model.Use(snapshot, 6)]);
            log.Sync();
        }

        RecoveredLog compacted = folder.Recover();
        Assert.Equal(model.State, LogModel.Describe(compacted));
        Assert.False(File.Exists(folder.Segment(1)));
    }

    [Fact]
    public void Version_2_stays_readable()
    {
        using LogFolder folder = Copy("v2");
        using WriteAheadLog log = WriteAheadLog.Open(folder.Options, out RecoveredLog recovered);
        Assert.Equal(2UL, log.Segments);
        Assert.Equal(new HardState(new Term(4), new NodeId(3)), recovered.HardState);
        Snapshot snapshot = recovered.Snapshot!;
        Assert.Equal((new LogIndex(4), new Term(4), 3000L), (snapshot.Meta.Index, snapshot.Meta.Term, snapshot.Meta.Bytes));
        Assert.Equal(3000, snapshot.State.Length);
        Assert.Equal([new NodeId(1), new NodeId(2), new NodeId(3)], snapshot.Meta.Configuration.Voters);
        Assert.Equal([new NodeId(8)], snapshot.Meta.Configuration.Learners);
        Assert.Equal([4, 5], recovered.Entries.Select(e => (int)e.Index.Value));
        Assert.Equal([4, 4], recovered.Entries.Select(e => (int)e.Term.Value));
        Assert.Equal(4000, recovered.Entries[0].Payload.Length);
        Assert.Equal("end"u8.ToArray(), recovered.Entries[1].Payload.ToArray());
    }

    [Fact]
    public void Version_2_is_written_to_the_byte()
    {
        using var folder = new LogFolder();
        var options = folder.Options with { SegmentBytes = 8192, Salt = 0x0123456789ABCDEF, SingleThreaded = true };
        using (WriteAheadLog log = WriteAheadLog.Open(options, out _))
        {
            WriteSample(log);
        }

        Dictionary<string, byte[]> written = Contents(folder.Path);
        if (Environment.GetEnvironmentVariable("CLUSTER_REGENERATE_GOLDEN") is { Length: > 0 } target)
        {
            Directory.CreateDirectory(target);
            foreach ((string file, byte[] bytes) in written)
            {
                File.WriteAllBytes(Path.Combine(target, file), bytes);
            }

            return;
        }

        Dictionary<string, byte[]> golden = Contents(Golden("v2"));
        Assert.Equal(golden.Keys.Order(StringComparer.Ordinal), written.Keys.Order(StringComparer.Ordinal));
        Assert.All(golden, pair => Assert.Equal(pair.Value, written[pair.Key]));
    }

    private static void WriteSample(WriteAheadLog log)
    {
        var model = new LogModel();
        log.Write([model.Vote(1, 1), model.Append(1, [], "hello"u8.ToArray(), "gone"u8.ToArray())]);
        log.Sync();
        log.Write([model.Vote(3, 2), model.Truncate(3), model.Append(3, Array.Empty<byte>())]);
        log.Sync();
        Snapshot snapshot = model.Snapshot(3, [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 7))]);
        log.Snapshots.Save(snapshot);
        log.Write([model.Use(snapshot, 2)]);
        log.Sync();
        log.Write([model.Vote(4, 3), model.Append(4, [.. Enumerable.Range(0, 4000).Select(i => (byte)(i | 1))], "end"u8.ToArray())]);
        log.Sync();

        // The first segment goes with this one.
        snapshot = model.Snapshot(4, [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 7))]);
        log.Snapshots.Save(snapshot);
        log.Write([model.Use(snapshot, 4)]);
        log.Sync();
    }

    private static void RequireVersion1(RecoveredLog recovered, int added = 0)
    {
        Assert.Equal(new HardState(new Term(added == 0 ? 4UL : 5), new NodeId(added == 0 ? 3U : 1)), recovered.HardState);
        Assert.Null(recovered.Snapshot);
        Assert.Equal(4 + added, recovered.Entries.Count);
        Assert.Equal([1, 1, 3, 4], recovered.Entries.Take(4).Select(e => (int)e.Term.Value));
        Assert.Equal(
            [EntryKind.Barrier, EntryKind.Command, EntryKind.Barrier, EntryKind.Command],
            recovered.Entries.Take(4).Select(e => e.Kind));
        Assert.Equal("hello"u8.ToArray(), recovered.Entries[1].Payload.ToArray());
        Assert.Equal(4000, recovered.Entries[3].Payload.Length);
    }

    private static string Golden(string version) => Path.Combine(AppContext.BaseDirectory, "Golden", version);

    private static LogFolder Copy(string version)
    {
        var folder = new LogFolder();
        foreach (string file in Directory.EnumerateFiles(Golden(version)))
        {
            File.Copy(file, Path.Combine(folder.Path, Path.GetFileName(file)));
        }

        return folder;
    }

    private static Dictionary<string, byte[]> Contents(string folder) => Directory.EnumerateFiles(folder)
        .Select(file => Path.GetFileName(file))
        .Where(file => SegmentName.TryParse(file, out _) || SnapshotName.TryParse(file, out _, out _))
        .ToDictionary(file => file, file => File.ReadAllBytes(Path.Combine(folder, file)));
}
