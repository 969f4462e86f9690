namespace Cluster.Consensus;

/// <summary>What an entry carries. The numbers are those of the wire and of the write-ahead log.</summary>
public enum EntryKind : byte
{
    /// <summary>Nothing: a new leader appends one to commit what its predecessors left (Raft §5.4.2, §8).</summary>
    Barrier = 1,

    /// <summary>A command of the state machine above.</summary>
    Command = 2,

    /// <summary>A <see cref="ClusterConfiguration"/>, in force from the moment it stands in a log (Raft §6).</summary>
    Configuration = 3,
}
