using Cluster.Consensus;

namespace Cluster.Storage;

/// <summary>What is in one segment of a log, as far as it can be read.</summary>
public sealed record WalSegment
{
    /// <summary>The file.</summary>
    public required string File { get; init; }

    /// <summary>Its number, from 1.</summary>
    public required ulong Number { get; init; }

    /// <summary>The format version; 0 when the header can't be read.</summary>
    public required uint Version { get; init; }

    /// <summary>The size that it was made with, in bytes; that of the file when the header can't be read.</summary>
    public required long Bytes { get; init; }

    /// <summary>Where its last whole record ends.</summary>
    public long UsedBytes { get; init; }

    /// <summary>Whole records, of any kind.</summary>
    public int Records { get; init; }

    /// <summary>Entries among them, also such as were truncated or replaced later.</summary>
    public int Entries { get; init; }

    /// <summary>The least index of an entry; 0 without any.</summary>
    public LogIndex FirstIndex { get; init; }

    /// <summary>The greatest.</summary>
    public LogIndex LastIndex { get; init; }

    /// <summary>The least term of an entry.</summary>
    public Term FirstTerm { get; init; }

    /// <summary>The greatest.</summary>
    public Term LastTerm { get; init; }

    /// <summary>Terms and votes that were recorded here, in order.</summary>
    public IReadOnlyList<HardState> Votes { get; init; } = [];
}
