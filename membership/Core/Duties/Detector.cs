using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership;

/// <summary>
/// The leader's failure detector. A member is declared down when its lease is over by its own clock for certain, it has been silent as long, and no
/// other member has reached it meanwhile (a broken link to the leader is not a dead node).
/// </summary>
internal sealed class Detector(
    NodeId self,
    MembershipOptions options,
    SettingsInForce settings,
    ClusterState state,
    IReplicatedLog log,
    Contacts contacts,
    LeaseGrantor grantor,
    FormerLeases former,
    Assembly assembly,
    MonotonicTime processStart)
{
    private const int LooksPerHeartbeat = 10;

    private static readonly TimeSpan s_proposeAgain = TimeSpan.FromSeconds(1);
    private MonotonicTime _lookAgainAt = MonotonicTime.DistantPast;
    private ulong _probe;

    /// <param name="now">The time.</param>
    /// <param name="wallClockMs">For people.</param>
    /// <param name="ownLife">This process's life as a member. A life of this node that is not it belonged to a daemon that is gone, and is watched like
    /// any other: nobody else would, while this node leads.</param>
    /// <param name="messages">Takes the probes.</param>
    public void Tick(MonotonicTime now, long wallClockMs, Incarnation ownLife, List<PeerMessage> messages)
    {
        if (now < _lookAgainAt || !grantor.MayGrant(now))
        {
            return;
        }

        // Not with every message: with a thousand members there are tens of thousands a second, and each look is at all members. Looking later is always safe.
        _lookAgainAt = now + (settings.Timing.HeartbeatInterval / LooksPerHeartbeat);
        foreach (NodeRecord node in state.Nodes)
        {
            if (node.State == NodeLifeState.Up && node.Incarnation != ownLife)
            {
                Watch(node, now, wallClockMs, messages);
            }
        }
    }

    /// <summary>A member says that it reached a silent node.</summary>
    public void Receive(ProbeAnswer answer, MonotonicTime now)
    {
        if (state.FindNode(answer.Target) is { } node && node.Incarnation == answer.Incarnation)
        {
            contacts.Of(node.Id).ReachedByOthers = now;
        }
    }

    private void Watch(NodeRecord node, MonotonicTime now, long wallClockMs, List<PeerMessage> messages)
    {
        Contacts.Contact contact = contacts.Of(node.Id);
        MonotonicTime tenure = log.Status.LeaderSince;
        TimeSpan bound = options.Mutations.HasFlag(MembershipMutations.DeclareDownEarly) ? settings.Timing.Lease / 2 : settings.Timing.LeaseBound;

        MonotonicTime leaseOver = LeaseOver(contact, tenure, bound);
        FenceOperation? wanted = state.OpenOperation(node.Id, node.Incarnation);
        if (wanted is not null)
        {
            if (now > leaseOver)
            {
                Declare(node, contact, $"to be fenced: {wanted.Reason}", now, wallClockMs);
            }

            return;
        }

        if (!assembly.IsComplete || assembly.IsLeftToAnOperator(node))
        {
            return;
        }

        MonotonicTime heard = MonotonicTime.Max(contact.LastHeard, tenure);
        MonotonicTime knownSince = MonotonicTime.Max(processStart, contacts.BegunAt(node.Id));
        if (contacts.HeardAt(node.Id, node.Incarnation) is null && now < knownSince + settings.Timing.StartupGrace)
        {
            // The whole cluster may be starting, each node at its own pace; or this one still reads the log up to its own join. Before it has, it is in no
            // group: nobody waits for what it holds.
            return;
        }

        TimeSpan silence = now - heard;
        if (silence > settings.Timing.Lease / 2)
        {
            Probe(node, contact, now, messages);
        }

        if (silence > bound && now > leaseOver && now - contact.ReachedByOthers > settings.Timing.LeaseBound)
        {
            Declare(node, contact, $"silent for {Silence(node, now).TotalMilliseconds:0} ms, no other member reaches it", now, wallClockMs);
        }
    }

    /// <summary>
    /// When the lease is over for certain. An earlier leader may have granted until this one was elected; this one until its last grant; and while
    /// leases were longer, either may have granted for longer.
    /// </summary>
    private MonotonicTime LeaseOver(Contacts.Contact contact, MonotonicTime tenure, TimeSpan bound)
    {
        const MembershipMutations TooEarly = MembershipMutations.DeclareDownEarly | MembershipMutations.ForgetLongerLease;
        if ((options.Mutations & TooEarly) != 0)
        {
            return MonotonicTime.Max(contact.LastGrant, tenure) + bound;
        }

        return MonotonicTime.Max(MonotonicTime.Max(contact.LeaseOver, tenure + bound), former.OverAt);
    }

    /// <summary>How long nothing was heard of a node, for people; since the election when this process never heard it.</summary>
    private TimeSpan Silence(NodeRecord node, MonotonicTime now) =>
        now - (contacts.HeardAt(node.Id, node.Incarnation) ?? log.Status.LeaderSince);

    private void Probe(NodeRecord target, Contacts.Contact contact, MonotonicTime now, List<PeerMessage> messages)
    {
        if (now < contact.ProbeAgainAt)
        {
            return;
        }

        contact.ProbeAgainAt = now + settings.Timing.HeartbeatInterval;
        _probe++;
        foreach (NodeRecord prober in state.Nodes)
        {
            if (prober.State == NodeLifeState.Up && prober.Id != self && prober.Id != target.Id)
            {
                messages.Add(new ProbeRequest(self, prober.Id, target.Id, _probe));
            }
        }
    }

    /// <summary>
    /// Proposed by the leader itself and never forwarded: the arithmetic above holds for its own tenure only. From here on it grants nothing to this
    /// life; a successor grants nothing before it has applied everything this leader left (<see cref="LeaseGrantor.MayGrant"/>).
    /// </summary>
    private void Declare(NodeRecord node, Contacts.Contact contact, string reason, MonotonicTime now, long wallClockMs)
    {
        if (contact.Condemned == node.Incarnation && now < contact.ProposeAgainAt)
        {
            return;
        }

        Command command = new()
        {
            AtUnixMs = wallClockMs,
            Proposer = self.Value,
            NodeDown = new NodeDown
            {
                Node = node.Id.Value,
                Incarnation = node.Incarnation.Value,
                Reason = reason,
                SilentMs = (long)Silence(node, now).TotalMilliseconds,
                FenceKind = settings.Fencing.OnDown,
            },
        };
        if (log.TryPropose(command.ToByteArray(), now, out _))
        {
            // A refused proposal (too much is uncommitted) condemns nobody: a node that speaks again would get no lease, and never be declared down either.
            contact.Condemned = node.Incarnation;
            contact.ProposeAgainAt = now + s_proposeAgain;
        }
    }
}
