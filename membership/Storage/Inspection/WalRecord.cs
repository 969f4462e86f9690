using Cluster.Consensus;

namespace Cluster.Storage;

/// <summary>One record of a log, as it stands in a segment.</summary>
public sealed record WalRecord
{
    /// <summary>The segment.</summary>
    public required string File { get; init; }

    /// <summary>Where it begins, in bytes.</summary>
    public required long Offset { get; init; }

    /// <summary>Bytes of the whole record.</summary>
    public required long Bytes { get; init; }

    /// <summary>What it says.</summary>
    public required WalRecordKind Kind { get; init; }

    /// <summary>Its number in the log, from 1.</summary>
    public ulong Sequence { get; init; }

    /// <summary>Of the entry, of the first entry truncated, or of the snapshot.</summary>
    public LogIndex Index { get; init; }

    /// <summary>Of the entry, the hard state or the snapshot.</summary>
    public Term Term { get; init; }

    /// <summary>Of a hard state.</summary>
    public NodeId VotedFor { get; init; }

    /// <summary>Of a hard state: the intent to have the other of two voters stopped.</summary>
    public Standoff Standoff { get; init; }

    /// <summary>Of an entry.</summary>
    public EntryKind EntryKind { get; init; }

    /// <summary>Of an entry.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Of a snapshot: the first entry that is kept.</summary>
    public LogIndex KeepFrom { get; init; }

    /// <summary>Of a snapshot: true when it took the place of the whole log.</summary>
    public bool ReplacesLog { get; init; }

    /// <summary>Of something unreadable: what is wrong with it.</summary>
    public string? Problem { get; init; }
}
