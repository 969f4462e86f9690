using System.Numerics;
using Cluster.Consensus;
using Cluster.Runtime.Loop;
using Cluster.Runtime.Tests.Support;
using Cluster.Storage;

namespace Cluster.Runtime.Tests.Parts;

public sealed class SnapshotThreadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rt").FullName;
    private readonly List<LogIndex> _saved = [];
    private readonly List<LogIndex> _notSaved = [];
    private readonly TestLog _lines = new();
    private Exception? _failure;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_reported_is_a_file()
    {
        using WriteAheadLog log = Open();
        SnapshotThread thread = Start(log);
        thread.Enqueue([SnapshotAt(5), SnapshotAt(9)]);

        await Eventually.Holds(() => Count(_saved) == 2, "both snapshots to be saved");

        Assert.Equal([new LogIndex(5), new LogIndex(9)], _saved);
        Assert.Equal([5UL, 9UL], log.Snapshots.List().Select(file => file.Index.Value));
        Assert.Equal(State(9), log.Snapshots.Load(new LogIndex(9), new Term(1)).State.ToArray());
        End(thread, log);
    }

    [Fact]
    public async Task One_that_cannot_be_saved_is_reported_and_the_next_one_is()
    {
        using WriteAheadLog log = Open();
        SnapshotThread thread = Start(log);

        // A folder in the way of the file that is written first: removing it fails, as a full or damaged file system makes other steps fail.
        Directory.CreateDirectory(Path.Combine(_folder, "snapshot-next.tmp", "in the way"));
        string obstacle = Directory.GetDirectories(_folder).Single();
        thread.Enqueue([SnapshotAt(5)]);
        await Eventually.Holds(() => Count(_notSaved) == 1, "the report that it was not saved");
        Directory.Delete(obstacle, recursive: true);
        thread.Enqueue([SnapshotAt(9)]);
        await Eventually.Holds(() => Count(_saved) == 1, "the later one to be saved");

        Assert.Equal([new LogIndex(5)], _notSaved);
        Assert.Contains(_lines.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("was not saved", StringComparison.Ordinal));
        Assert.Null(_failure);
        End(thread, log);
    }

    [Fact]
    public void A_thread_that_is_halted_reports_nothing_more()
    {
        WriteAheadLog log = Open();
        SnapshotThread thread = Start(log);
        thread.Halt();
        thread.Enqueue([SnapshotAt(5)]);
        End(thread, log);

        Assert.Equal(0, Count(_saved) + Count(_notSaved));
        Assert.Null(_failure);
    }

    private static void End(SnapshotThread thread, WriteAheadLog log)
    {
        thread.Halt();
        log.Dispose();
        thread.Join();
    }

    private static int Count(List<LogIndex> list)
    {
        lock (list)
        {
            return list.Count;
        }
    }

    private static byte[] State(ulong index) => [.. Enumerable.Range(0, 1000).Select(at => (byte)(at + (int)index))];

    private static Snapshot SnapshotAt(ulong index)
    {
        byte[] state = State(index);
        var meta = new SnapshotMeta(
            new LogIndex(index), new Term(1), new ClusterConfiguration([new NodeId(1)]), state.Length, ChecksumOf(state));
        return new Snapshot(meta, state);
    }

    private static uint ChecksumOf(byte[] state) => ~state.Aggregate(uint.MaxValue, BitOperations.Crc32C);

    private SnapshotThread Start(WriteAheadLog log)
    {
        var thread = new SnapshotThread(
            log.Snapshots, (meta, _) => Add(_saved, meta.Index), meta => Add(_notSaved, meta.Index), e => _failure = e, _lines);
        thread.Start();
        return thread;
    }

    private static void Add(List<LogIndex> list, LogIndex index)
    {
        lock (list)
        {
            list.Add(index);
        }
    }

    private WriteAheadLog Open() =>
        WriteAheadLog.Open(new WriteAheadLogOptions { Directory = _folder, SegmentBytes = 64 * 1024 }, out _);
}
