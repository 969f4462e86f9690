namespace Cluster.Consensus;

/// <summary>
/// Something to be made durable. Writes carry growing tickets and are carried out in that order; the shell reports the
/// greatest ticket that is on disk through <see cref="IReplicatedLog.Persisted"/>. One ticket sequence covers votes, truncations
/// and entries alike, so that an old report can't be taken for one about a newer entry with the same index.
/// </summary>
public abstract record LogWrite(ulong Ticket)
{
    /// <summary>Remember term and vote.</summary>
    public sealed record SaveHardState(ulong Ticket, HardState State) : LogWrite(Ticket);

    /// <summary>Forget the entries from <paramref name="From"/> on.</summary>
    public sealed record Truncate(ulong Ticket, LogIndex From) : LogWrite(Ticket);

    /// <summary>Append entries; the first follows the last one in the log.</summary>
    public sealed record Append(ulong Ticket, IReadOnlyList<LogEntry> Entries) : LogWrite(Ticket);
}
