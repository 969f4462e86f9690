using Cluster.Consensus;

namespace Cluster.Benchmarks.Scale;

/// <summary>Something that a core is to be given.</summary>
internal enum InputKind
{
    Tick,
    Raft,
    Message,
    Persisted,
    SnapshotSaved,
}

/// <summary>One input of one core, on its way.</summary>
internal sealed class MemoryInput
{
    public required MemoryMember Target { get; init; }

    public required InputKind Kind { get; init; }

    public RaftMessage Raft { get; init; }

    public PeerMessage? Message { get; init; }

    public ulong Ticket { get; init; }

    public SnapshotMeta? Snapshot { get; init; }
}
