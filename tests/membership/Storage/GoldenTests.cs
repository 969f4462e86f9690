using Cluster.Consensus;

namespace Cluster.Storage.Tests;

/// <summary>
/// A log written by format version 1 and kept in the repository: every later program must read it, and as long as version 1 is
/// what is written, write the same bytes. To make it anew (only together with a new version): CLUSTER_REGENERATE_GOLDEN=folder.
/// </summary>
public sealed class GoldenTests
{
    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden", "v1");

    [Fact]
    public void Version_1_stays_readable()
    {
        using var folder = new LogFolder();
        foreach (string file in Directory.EnumerateFiles(Golden))
        {
            File.Copy(file, Path.Combine(folder.Path, Path.GetFileName(file)));
        }

        using WriteAheadLog log = WriteAheadLog.Open(folder.Options, out RecoveredLog recovered);
        Assert.Equal(2UL, log.Segments);
        Assert.Equal(new HardState(new Term(4), new NodeId(3)), recovered.HardState);
        Assert.Equal([1, 1, 3, 4], recovered.Entries.Select(e => (int)e.Term.Value));
        Assert.Equal(
            [EntryKind.Barrier, EntryKind.Command, EntryKind.Barrier, EntryKind.Command], recovered.Entries.Select(e => e.Kind));
        Assert.Equal("hello"u8.ToArray(), recovered.Entries[1].Payload.ToArray());
        Assert.Equal(4000, recovered.Entries[3].Payload.Length);
    }

    [Fact]
    public void Version_1_is_written_to_the_byte()
    {
        using var folder = new LogFolder();
        using (WriteAheadLog log = WriteAheadLog.Open(folder.Options with { SegmentBytes = 8192, Salt = 0x0123456789ABCDEF }, out _))
        {
            WriteSample(log);
        }

        string[] segments = [.. Directory.EnumerateFiles(folder.Path, "*.log").Order(StringComparer.Ordinal)];
        if (Environment.GetEnvironmentVariable("CLUSTER_REGENERATE_GOLDEN") is { Length: > 0 } target)
        {
            Directory.CreateDirectory(target);
            Array.ForEach(segments, file => File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true));
            return;
        }

        Assert.Equal(2, segments.Length);
        foreach (string file in segments)
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(Golden, Path.GetFileName(file))), File.ReadAllBytes(file));
        }
    }

    private static void WriteSample(WriteAheadLog log)
    {
        var model = new LogModel();
        log.Write([model.Vote(1, 1), model.Append(1, [], "hello"u8.ToArray(), "gone"u8.ToArray())]);
        log.Sync();
        log.Write([model.Vote(3, 2), model.Truncate(3), model.Append(3, Array.Empty<byte>())]);
        log.Sync();
        log.Write([model.Vote(4, 3), model.Append(4, [.. Enumerable.Range(0, 4000).Select(i => (byte)(i | 1))])]);
        log.Sync();
    }
}
