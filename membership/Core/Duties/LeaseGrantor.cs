using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>
/// The leader's side of the lease (S2). A follower stamps its request with its own clock; the grant returns the stamp, and the lease ends at stamp + lease
/// by that same clock. As the stamp was taken before the request arrived, the lease is over for certain when the leader's own clock has advanced by
/// lease × clock-rate bound since the arrival. The grant says how long the lease is, so that it is the leader's length on both sides.
/// </summary>
internal sealed class LeaseGrantor(NodeId self, SettingsInForce settings, ClusterState state, IReplicatedLog log, Contacts contacts, Assembly assembly)
{
    /// <summary>
    /// True when this leader may grant: no other leader can have been elected yet, and everything earlier leaders left is applied here, so that a
    /// declaration one of them proposed can't come into force behind a grant of ours.
    /// </summary>
    public bool MayGrant(MonotonicTime now)
    {
        ReplicatedLogStatus status = log.Status;
        return status.IsLeader && status.BarrierCommitted && now < status.ConfirmedUntil;
    }

    /// <summary>True when the members have leases as long as they are heard: this leader may grant, and the cluster is assembled (see <see cref="Assembly"/>).</summary>
    public bool IsGranting(MonotonicTime now) => MayGrant(now) && assembly.IsComplete;

    /// <summary>Whether this life of a node is to have its lease prolonged.</summary>
    public bool Deserves(NodeRecord node, Incarnation incarnation) =>
        assembly.IsComplete
        && node.State == NodeLifeState.Up
        && node.Incarnation == incarnation
        && contacts.Of(node.Id).Condemned != incarnation
        && state.OpenOperation(node.Id, incarnation) is null;

    public void Receive(LeaseRequest request, Incarnation own, MonotonicTime now, List<PeerMessage> messages)
    {
        if (!log.Status.IsLeader
            || state.FindNode(request.From) is not { } node
            || node.Incarnation != request.Incarnation)
        {
            return;
        }

        Contacts.Contact contact = contacts.Of(node.Id);
        contact.LastHeard = now;
        contacts.MarkHeard(node.Id, node.Incarnation, now);
        if (MayGrant(now) && Deserves(node, request.Incarnation))
        {
            MembershipTiming timing = settings.Timing;
            contact.LastGrant = now;
            contact.LeaseOver = MonotonicTime.Max(contact.LeaseOver, now + timing.LeaseBound);
            messages.Add(new LeaseGrant(self, request.From, request.Incarnation, request.Stamp, own, timing.Lease));
        }
    }
}
