using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>
/// One node of the cluster as a pure state machine: the replicated log, the state built from it, and this node's duties (join, lease,
/// detector, fencing). The shell calls one input at a time, carries out <see cref="Effects"/>, clears them, and goes on.
/// </summary>
public sealed class ClusterNode
{
    /// <summary>Makes a node over a freshly opened log.</summary>
    public ClusterNode(MembershipOptions options, IReplicatedLog log, MonotonicTime now)
    {
        Effects = new NodeEffects();
        State = new ClusterState(options.Nodes, options.Mutations);
        Log = log;
    }

    /// <summary>What is to be carried out since the owner last cleared it.</summary>
    public NodeEffects Effects { get; }

    /// <summary>Advances time. To be called at least every few milliseconds.</summary>
    /// <param name="now">This machine's clock.</param>
    /// <param name="wallClockMs">Unix milliseconds, only for what people read.</param>
    public void Tick(MonotonicTime now, long wallClockMs)
    {
    }

    /// <summary>Takes a message from a peer.</summary>
    public void Receive(PeerMessage message, MonotonicTime now)
    {
    }

    /// <summary>Reports that all writes up to <paramref name="ticket"/> are on disk.</summary>
    public void Persisted(ulong ticket, MonotonicTime now)
    {
    }

    /// <summary>
    /// Hands in a command. It is sent to the leader, again and again if need be, until it is committed; its outcome then appears in
    /// <see cref="NodeEffects.Outcomes"/> exactly once. Repetition never doubles its effect.
    /// </summary>
    /// <returns>The request's number.</returns>
    public ulong Submit(Command command, MonotonicTime now)
    {
        return 0;
    }

    /// <summary>Stops asking for a request; its effect may still come to pass.</summary>
    public void Forget(ulong request)
    {
    }

    /// <summary>Reports what came of a fence order.</summary>
    public void AttemptFinished(OperationId operation, uint attempt, AttemptOutcome outcome, MonotonicTime now)
    {
    }

    /// <summary>Reports that these members of this node's former life are proven gone.</summary>
    public void MembersExited(IReadOnlyList<MemberId> members, MonotonicTime now)
    {
    }

    /// <summary>When this node's lease ends, by its own clock; <see cref="MonotonicTime.DistantPast"/> when it has none.</summary>
    public MonotonicTime LeaseDeadline => MonotonicTime.DistantPast;

    /// <summary>The replicated state as far as it is applied here. Read only.</summary>
    public ClusterState State { get; }

    /// <summary>The engine. Read only: its status is what the API shows.</summary>
    public IReplicatedLog Log { get; }

    /// <summary>This node's present life; <see cref="Membership.Incarnation.None"/> while it is not a member.</summary>
    public Incarnation Incarnation => Incarnation.None;

    /// <summary>True while this node knows itself to belong to a majority: it leads a confirmed majority or holds a lease.</summary>
    public bool IsQuorate(MonotonicTime now) => false;

    /// <summary>What a group waits for, in words: <c>quorum</c>, <c>fencing of n3 (...)</c>, <c>ack of n2</c>. Empty when it is ready.</summary>
    public IReadOnlyList<string> WaitsFor(GroupRecord group, MonotonicTime now) => [];
}
