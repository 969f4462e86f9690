namespace Cluster.Storage.Format;

/// <summary>What a record says. Values are part of the format.</summary>
internal enum RecordType : byte
{
    /// <summary>Term, and the vote in it (payload: <c>HardStateRecord</c>; in version 1 the voter's number, 4 bytes).</summary>
    HardState = 1,

    /// <summary>One entry of the log.</summary>
    Entry = 2,

    /// <summary>The entries from the record's index on are forgotten.</summary>
    Truncate = 3,

    /// <summary>Nothing; its header proves that what stands before it was synced (written at a clean close).</summary>
    Mark = 4,

    /// <summary>The log stands on a snapshot (payload: <c>SnapshotReferenceRecord</c>). Since version 2.</summary>
    UseSnapshot = 5,
}
