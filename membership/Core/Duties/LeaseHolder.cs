using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>A member's side of the lease: asks for it at every heartbeat and keeps its end, by this machine's clock.</summary>
internal sealed class LeaseHolder(NodeId self, SettingsInForce settings, IReplicatedLog log)
{
    private MonotonicTime _askAgainAt = MonotonicTime.DistantPast;

    /// <summary>When the lease ends.</summary>
    public MonotonicTime Deadline { get; private set; } = MonotonicTime.DistantPast;

    /// <summary>A new life begins without a lease.</summary>
    public void Reset() => Deadline = MonotonicTime.DistantPast;

    public void Tick(MonotonicTime now, Incarnation incarnation, LeaseGrantor grantor, NodeRecord? own, List<PeerMessage> messages)
    {
        if (incarnation == Incarnation.None || own is null)
        {
            return;
        }

        ReplicatedLogStatus status = log.Status;
        if (status.IsLeader)
        {
            // A majority acknowledged this leader as of ConfirmedAt, so a later leader waits a whole lease from after that.
            if (grantor.MayGrant(now) && grantor.Deserves(own, incarnation))
            {
                Deadline = MonotonicTime.Max(Deadline, status.ConfirmedAt + settings.Timing.Lease);
            }
        }
        else if (!status.Leader.IsNone && now >= _askAgainAt)
        {
            _askAgainAt = now + settings.Timing.HeartbeatInterval;
            messages.Add(new LeaseRequest(self, status.Leader, incarnation, now));
        }
    }

    public void Receive(LeaseGrant grant, Incarnation incarnation, MonotonicTime now)
    {
        if (incarnation != Incarnation.None && grant.Incarnation == incarnation && grant.Stamp <= now)
        {
            // A shorter one does not take back what was granted before: the leader waits for the longer.
            TimeSpan lease = grant.Duration > TimeSpan.Zero ? grant.Duration : settings.Timing.Lease;
            Deadline = MonotonicTime.Max(Deadline, grant.Stamp + lease);
        }
    }
}
