using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <summary>The settings of one member of one lock space.</summary>
public sealed record LockSpaceOptions
{
    /// <summary>This member's stay in the group.</summary>
    public required MemberId Self { get; init; }

    /// <summary>Who masters a resource; the same at all members.</summary>
    public MasteringPolicy Policy { get; init; } = MasteringPolicy.Directory;

    /// <summary>How long an unused resource keeps its master, and a member remembers who that is.</summary>
    public TimeSpan IdleResource { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a message may go unacknowledged before it is sent again.</summary>
    public TimeSpan RetransmitAfter { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long an acknowledgement waits for a message that could carry it.</summary>
    public TimeSpan AcknowledgeAfter { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// How many messages of a generation that this member does not know yet are kept for each sender; more are refused and come
    /// again.
    /// </summary>
    public int MaxEarlyMessages { get; init; } = 4096;

    /// <summary>
    /// How many names or locks travel in one message during recovery; at most <see cref="Wire.LockMessageCodec.MaxBatch"/>.
    /// </summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Deliberate faults, for canaries only.</summary>
    public LockSpaceMutations Mutations { get; init; }
}
