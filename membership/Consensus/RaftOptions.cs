namespace Cluster.Consensus;

/// <summary>The settings of a Raft voter. All durations are by the local clock.</summary>
public sealed partial record RaftOptions
{
    /// <summary>This node.</summary>
    public required NodeId Self { get; init; }

    /// <summary>All voters, this node among them.</summary>
    public required IReadOnlyList<NodeId> Voters { get; init; }

    /// <summary>How often a leader shows that it lives.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Elections start after a random silence between this and <see cref="ElectionTimeoutMax"/>; voters that heard a
    /// leader within it refuse to vote (Raft thesis §4.2.3, §6.4).</summary>
    public TimeSpan ElectionTimeoutMin { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The greatest silence before an election.</summary>
    public TimeSpan ElectionTimeoutMax { get; init; } = TimeSpan.FromMilliseconds(350);

    /// <summary>The greatest ratio between the rates of two clocks in the cluster, e.g. 1.1.</summary>
    public double ClockRateBound { get; init; } = 1.1;

    /// <summary>The greatest number of bytes in one append message (one entry may be larger on its own). An entry counts as its
    /// payload and 24 bytes.</summary>
    public int MaxBytesPerAppend { get; init; } = 256 * 1024;

    /// <summary>The greatest number of append messages to one peer without an answer.</summary>
    public int MaxInflightAppends { get; init; } = 64;

    /// <summary>The greatest number of bytes in those messages; the last of them may exceed it by one entry.</summary>
    public long MaxInflightBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>A proposal is refused when it would bring the payload bytes that wait for commitment above this; when none wait,
    /// one proposal of any size is taken.</summary>
    public long MaxUncommittedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Seed of the generator that randomises election timeouts; different on each node.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Promises to break, for the simulator's canaries only; never set in production.</summary>
    public RaftMutations Mutations { get; init; }
}
