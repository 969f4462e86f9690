namespace Cluster.Consensus;

/// <summary>One entry of the replicated log. The payload is never changed after the entry was made.</summary>
public readonly record struct LogEntry(LogIndex Index, Term Term, EntryKind Kind, ReadOnlyMemory<byte> Payload);
