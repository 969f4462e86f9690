namespace Cluster.Storage;

/// <summary>What a record of a log says.</summary>
public enum WalRecordKind
{
    /// <summary>Something that is no whole record.</summary>
    Unreadable,

    /// <summary>Term and vote.</summary>
    HardState,

    /// <summary>One entry.</summary>
    Entry,

    /// <summary>The entries from the record's index on are forgotten.</summary>
    Truncate,

    /// <summary>The log stands on a snapshot.</summary>
    UseSnapshot,

    /// <summary>A clean close.</summary>
    Mark,
}
