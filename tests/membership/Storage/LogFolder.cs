using Cluster.Consensus;
using Cluster.Storage.Format;

namespace Cluster.Storage.Tests;

/// <summary>A folder for one test, gone afterwards.</summary>
internal sealed class LogFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cluster-wal-").FullName;

    public WriteAheadLogOptions Options => new() { Directory = Path, SegmentBytes = 16 * 1024, Salt = 7 };

    public string Segment(ulong number) => System.IO.Path.Combine(Path, SegmentName.Of(number));

    public WriteAheadLog Open(out RecoveredLog recovered) => WriteAheadLog.Open(Options, out recovered);

    /// <summary>What a restart finds.</summary>
    public RecoveredLog Recover()
    {
        using WriteAheadLog log = Open(out RecoveredLog recovered);
        return recovered;
    }

    /// <summary>The state of the folder as a crash of the process would leave it: the log stays open.</summary>
    public LogFolder Copy()
    {
        var copy = new LogFolder();
        foreach (string file in Directory.EnumerateFiles(Path).Where(file => file.EndsWith(".log") || file.EndsWith(".snap")))
        {
            File.Copy(file, System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)));
        }

        return copy;
    }

    /// <summary>Where the records of a segment begin, and where the last one ends.</summary>
    public List<int> RecordOffsets(ulong number)
    {
        byte[] image = File.ReadAllBytes(Segment(number));
        uint salt = SegmentHeader.Decode(image, "test").RecordSalt;
        List<int> offsets = [SegmentHeader.PageBytes];
        while (RecordHeader.TryRead(image.AsSpan(offsets[^1]), salt, out RecordHeader header))
        {
            offsets.Add(offsets[^1] + header.RecordBytes);
        }

        return offsets;
    }

    public void Change(ulong segment, Action<byte[]> change)
    {
        byte[] bytes = File.ReadAllBytes(Segment(segment));
        change(bytes);
        File.WriteAllBytes(Segment(segment), bytes);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
