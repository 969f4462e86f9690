namespace Cluster.Consensus;

/// <summary>The settings of a Raft voter. All durations are by the local clock.</summary>
public sealed partial record RaftOptions
{
    /// <summary>This node.</summary>
    public required NodeId Self { get; init; }

    /// <summary>
    /// The voters of a new cluster, equal on all of them: in force until a configuration stands in the log or in its snapshot. A node
    /// that is to be added later names the others, or nobody, and waits until the leader turns to it; so does one that has lost its disk,
    /// after it was removed.
    /// </summary>
    public required IReadOnlyList<NodeId> Voters { get; init; }

    /// <summary>How often a leader shows that it lives.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Elections start after a random silence between this and <see cref="ElectionTimeoutMax"/>; voters that heard a
    /// leader within it refuse to vote (Raft thesis §4.2.3, §6.4).</summary>
    public TimeSpan ElectionTimeoutMin { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The greatest silence before an election.</summary>
    public TimeSpan ElectionTimeoutMax { get; init; } = TimeSpan.FromMilliseconds(350);

    /// <summary>
    /// How long a voter that starts helps nobody to be elected, as it has forgotten what it promised: the longest
    /// <see cref="ElectionTimeoutMin"/> that a former life on this log may have had in force shortly before it ended. Zero, or not given:
    /// <see cref="ElectionTimeoutMin"/>.
    /// </summary>
    public TimeSpan NewcomerPatience
    {
        get => field == TimeSpan.Zero ? ElectionTimeoutMin : field;
        init;
    }

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

    /// <summary>How many entries before a snapshot stay in the log, so that a follower that is a little behind needs no snapshot.</summary>
    public int TrailingEntries { get; init; } = 5000;

    /// <summary>
    /// The greatest number of bytes in the entries that stay before a snapshot, those that answering followers still need included. An
    /// entry counts as its payload and 24 bytes.
    /// </summary>
    public long MaxTrailingBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The greatest state that is saved, sent and received; equal on all nodes. A received one is held in memory.</summary>
    public int MaxSnapshotBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary>The bytes of state in one message of a snapshot. Below what .NET takes for a large object, whose collection would stop the world.</summary>
    public int SnapshotChunkBytes { get; init; } = 64 * 1024;

    /// <summary>The greatest number of bytes of a snapshot to one peer without an answer; one chunk is always sent.</summary>
    public int MaxInflightSnapshotBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// The greatest number of bytes of snapshots a leader sends in a second, all peers together: snapshots share network and disks with
    /// commits.
    /// </summary>
    public long MaxSnapshotBytesPerSecond { get; init; } = 32 * 1024 * 1024;

    /// <summary>A learner is promoted only when at most this many entries are missing on its disk.</summary>
    public int MaxPromotionLag { get; init; } = 1000;

    /// <summary>
    /// How long a leader with nothing else to send waits before it tells the others that an entry is committed; zero: not at all. The next
    /// entry mostly comes first and brings it along, and a message of its own, with its answer, costs as much as an append.
    /// Needs an owner that heeds <see cref="IReplicatedLog.TickDue"/>; with another, the next tick ends the wait.
    /// </summary>
    public TimeSpan CommitNoticeDelay { get; init; }

    /// <summary>Seed of the generator that randomises election timeouts; different on each node.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Promises to break, for the simulator's canaries only; never set in production.</summary>
    public RaftMutations Mutations { get; init; }
}
