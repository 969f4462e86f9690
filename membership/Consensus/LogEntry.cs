namespace Cluster.Consensus;

/// <summary>What an entry carries.</summary>
public enum EntryKind : byte
{
    /// <summary>Nothing: a new leader appends one to commit what its predecessors left (Raft §5.4.2, §8).</summary>
    Barrier = 1,

    /// <summary>A command of the state machine above.</summary>
    Command = 2,
}

/// <summary>One entry of the replicated log. The payload is never changed after the entry was made.</summary>
public readonly record struct LogEntry(LogIndex Index, Term Term, EntryKind Kind, ReadOnlyMemory<byte> Payload);
