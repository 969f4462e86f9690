namespace Cluster.Consensus;

/// <summary>
/// Something to be made durable. Writes carry growing tickets and are carried out in that order; the shell reports the
/// greatest ticket that is on disk through <see cref="IReplicatedLog.Persisted"/>. One ticket sequence covers votes, truncations
/// and entries alike, so that an old report can't be taken for one about a newer entry with the same index.
/// </summary>
public readonly record struct LogWrite
{
    /// <summary>What is to be written.</summary>
    public LogWriteKind Kind { get; init; }

    /// <summary>Its place in the sequence of writes.</summary>
    public ulong Ticket { get; init; }

    /// <summary>Of a <see cref="LogWriteKind.SaveHardState"/>: term, vote and intent.</summary>
    public HardState HardState { get; init; }

    /// <summary>
    /// Of a <see cref="LogWriteKind.Truncate"/>: the first entry to forget. Of a <see cref="LogWriteKind.UseSnapshot"/>: entries
    /// before this one may be dropped; at most the snapshot's index + 1.
    /// </summary>
    public LogIndex From { get; init; }

    /// <summary>Of an <see cref="LogWriteKind.Append"/>: the entries; the first follows the last one in the log.</summary>
    public EntryRange Entries { get; init; }

    /// <summary>Of a <see cref="LogWriteKind.UseSnapshot"/>: the snapshot, saved before.</summary>
    public SnapshotMeta? Snapshot { get; init; }

    /// <summary>Of a <see cref="LogWriteKind.UseSnapshot"/>: the entries after the snapshot are gone too.</summary>
    public bool ReplacesLog { get; init; }

    /// <summary>Remember term, vote and intent.</summary>
    public static LogWrite SaveHardState(ulong ticket, HardState state) =>
        new() { Kind = LogWriteKind.SaveHardState, Ticket = ticket, HardState = state };

    /// <summary>Forget the entries from <paramref name="from"/> on.</summary>
    public static LogWrite Truncate(ulong ticket, LogIndex from) =>
        new() { Kind = LogWriteKind.Truncate, Ticket = ticket, From = from };

    /// <summary>Append entries; the first follows the last one in the log.</summary>
    public static LogWrite Append(ulong ticket, EntryRange entries) =>
        new() { Kind = LogWriteKind.Append, Ticket = ticket, Entries = entries };

    /// <summary>
    /// Refer to a snapshot that is saved already: from here on the log begins with it, and entries before
    /// <paramref name="keepFrom"/> may be dropped.
    /// </summary>
    /// <param name="ticket">The write's ticket.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="keepFrom">The first entry to keep; at most the snapshot's index + 1.</param>
    /// <param name="replacesLog">True when a foreign snapshot takes the place of the whole log.</param>
    public static LogWrite UseSnapshot(ulong ticket, SnapshotMeta snapshot, LogIndex keepFrom, bool replacesLog) => new()
    {
        Kind = LogWriteKind.UseSnapshot,
        Ticket = ticket,
        Snapshot = snapshot,
        From = keepFrom,
        ReplacesLog = replacesLog,
    };
}
