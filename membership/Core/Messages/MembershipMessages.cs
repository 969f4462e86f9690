using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>A message of the membership core.</summary>
public abstract record MembershipMessage(NodeId From, NodeId To) : PeerMessage(From, To);

/// <summary>
/// A member asks for its lease. <paramref name="Stamp"/> is the sender's own clock when it asked; it means nothing to anybody else.
/// </summary>
public sealed record LeaseRequest(NodeId From, NodeId To, Incarnation Incarnation, MonotonicTime Stamp)
    : MembershipMessage(From, To);

/// <summary>The leader grants: the lease ends at <paramref name="Stamp"/> + <paramref name="Duration"/> by the holder's own clock.</summary>
/// <param name="From">The leader.</param>
/// <param name="To">The holder.</param>
/// <param name="Incarnation">The holder's life that the grant is for.</param>
/// <param name="Stamp">The stamp of the request.</param>
/// <param name="GrantorIncarnation">The leader's own life, so that its members know it to be alive should it fall silent.</param>
/// <param name="Duration">
/// The length of the lease in the settings that the leader goes by, which the holder may not know yet or not go by any more. Zero from builds that know of no
/// settings: what the holder itself is configured with.
/// </param>
public sealed record LeaseGrant(
    NodeId From,
    NodeId To,
    Incarnation Incarnation,
    MonotonicTime Stamp,
    Incarnation GrantorIncarnation,
    TimeSpan Duration = default) : MembershipMessage(From, To);

/// <summary>The leader asks another member whether it can reach a silent node.</summary>
public sealed record ProbeRequest(NodeId From, NodeId To, NodeId Target, ulong Probe) : MembershipMessage(From, To);

/// <summary>A prober asks the silent node for a sign of life, on behalf of <paramref name="Origin"/>.</summary>
public sealed record Ping(NodeId From, NodeId To, NodeId Origin, ulong Probe) : MembershipMessage(From, To);

/// <summary>A sign of life.</summary>
public sealed record Pong(NodeId From, NodeId To, NodeId Origin, ulong Probe, Incarnation Incarnation)
    : MembershipMessage(From, To);

/// <summary>The prober tells the leader that the silent node answered.</summary>
public sealed record ProbeAnswer(NodeId From, NodeId To, NodeId Target, ulong Probe, Incarnation Incarnation)
    : MembershipMessage(From, To);
