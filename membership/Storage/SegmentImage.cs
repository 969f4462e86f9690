using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>A segment in memory.</summary>
internal sealed class SegmentImage
{
    private SegmentImage(string file, SegmentHeader header, byte[] bytes)
    {
        File = file;
        Header = header;
        Bytes = bytes;
        Used = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;

        // Entries are views on this. A mostly empty segment would keep its zeros in memory for as long as one of them lives.
        Kept = Used < bytes.Length / 2 ? bytes[..Used] : bytes;
    }

    /// <summary>The file, for messages.</summary>
    public string File { get; }

    /// <summary>Its first page.</summary>
    public SegmentHeader Header { get; }

    /// <summary>The whole segment; what the file lacks at its end is zero. Never changed, because entries are views on it.</summary>
    public byte[] Bytes { get; }

    /// <summary>Where the zeros at the end begin.</summary>
    public int Used { get; }

    /// <summary>The used part, at least: what views are made on.</summary>
    public byte[] Kept { get; }

    /// <summary>Reads the first page only.</summary>
    /// <exception cref="CorruptLogException">It is no whole header.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static SegmentHeader LoadHeader(IStorageDevice device, string name)
    {
        using IDurableFile segment = device.Open(name);
        byte[] page = new byte[SegmentHeader.PageBytes];
        int read = segment.Read(0, page);
        return SegmentHeader.Decode(page.AsSpan(0, read), device.Describe(name));
    }

    /// <summary>Reads a segment.</summary>
    /// <exception cref="CorruptLogException">It has no whole header.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static SegmentImage Load(IStorageDevice device, string name)
    {
        string file = device.Describe(name);
        using IDurableFile segment = device.Open(name);
        byte[] page = new byte[SegmentHeader.PageBytes];
        int read = segment.Read(0, page);
        SegmentHeader header = SegmentHeader.Decode(page.AsSpan(0, read), file);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(header.SegmentBytes);
        page.CopyTo(bytes, 0);
        read += segment.Read(read, bytes.AsSpan(read));
        bytes.AsSpan(read).Clear();
        return new SegmentImage(file, header, bytes);
    }

    /// <summary>Reads the record at <paramref name="offset"/>; false when there is no whole one that follows on another.</summary>
    /// <param name="offset">Where it would begin.</param>
    /// <param name="salt">The record salt of the log.</param>
    /// <param name="chain">The check of the one before.</param>
    /// <param name="sequence">The number of the one before.</param>
    /// <param name="record">The record.</param>
    public bool TryRead(int offset, uint salt, uint chain, ulong sequence, out RecordHeader record) =>
        RecordHeader.TryRead(Bytes.AsSpan(offset), salt, out record)
        && record.Previous == chain
        && record.Sequence == sequence + 1
        && record.BodyIsWhole(Bytes.AsSpan(offset));
}
