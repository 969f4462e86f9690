using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership;

/// <summary>
/// Wait-for-all. A cluster all of whose daemons were down is a new beginning: where the settings ask for it, nobody gets a lease and nobody is declared down before the leader
/// has heard every node whose life is not known to be over, or an operator says to go on without. Two machines that boot at once while the network between them is
/// down would otherwise each have the other switched off, for ever.
/// </summary>
/// <remarks>
/// The lives that were part of an assembled cluster are listed in the state, so a restart of some daemons, one after another, never asks for an assembly: as long as this
/// leader's own life or one that it hears in this tenure is on the list, some part of the cluster was alive all the time and has handed on what is going on. The
/// list is kept whether or not the settings ask for it, so that they can be changed while the cluster runs.
/// </remarks>
internal sealed class Assembly(MembershipOptions options, SettingsInForce settings, ClusterState state, IReplicatedLog log, Contacts contacts, Func<Incarnation> ownLife)
{
    private static readonly TimeSpan s_proposeAgain = TimeSpan.FromSeconds(1);
    private readonly SortedSet<ulong> _proposed = [];
    private MonotonicTime _lookAgainAt = MonotonicTime.DistantPast;
    private MonotonicTime _proposeAgainAt = MonotonicTime.DistantPast;

    private bool IsAskedFor => settings.Values.Quorum is { WaitForAll: true } or { TwoNode: true };

    /// <summary>On the leader: whether leases may be granted and nodes be declared down.</summary>
    public bool IsComplete => state.FeatureLevel < FeatureLevels.Membership || !IsAskedFor || GoesOn;

    /// <summary>A life that was part of the assembled cluster is heard: it was never wholly down since.</summary>
    private bool GoesOn
    {
        get
        {
            foreach (NodeRecord node in state.Nodes)
            {
                if (IsHeard(node) && state.IsAssembled(node.Incarnation))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The nodes that are waited for, by name; empty when nobody is.</summary>
    public IEnumerable<string> Missing()
    {
        if (IsComplete)
        {
            yield break;
        }

        foreach (NodeRecord node in state.Nodes)
        {
            if (IsExpected(node) && !IsHeard(node))
            {
                yield return node.Name;
            }
        }
    }

    /// <summary>
    /// Whether what is known of a node is from before the cluster was last assembled, and this process has not heard it since: with <see cref="StartupFencing.AskOperator"/> it
    /// is an operator's to say what becomes of it.
    /// </summary>
    public bool IsLeftToAnOperator(NodeRecord node) =>
        settings.Values.Quorum.StartupFencing == StartupFencing.AskOperator
        && state.FeatureLevel >= FeatureLevels.Membership
        && node.State == NodeLifeState.Up
        && node.Incarnation != ownLife()
        && !state.IsAssembled(node.Incarnation)
        && contacts.HeardAt(node.Id, node.Incarnation) is null
        && state.OpenOperation(node.Id, node.Incarnation) is null;

    /// <summary>What says, in the name of an operator, to go on without the nodes that were not seen.</summary>
    public Command ByOperator(string who)
    {
        ClusterAssemble assemble = new() { Who = who };
        if (ownLife() != Incarnation.None)
        {
            assemble.Incarnations.Add(ownLife().Value);
        }

        return new Command { RequiredLevel = FeatureLevels.Membership, ClusterAssemble = assemble };
    }

    public void Tick(MonotonicTime now, long wallClockMs, LeaseGrantor grantor)
    {
        if (now < _lookAgainAt || state.FeatureLevel < FeatureLevels.Membership || !grantor.MayGrant(now))
        {
            return;
        }

        _lookAgainAt = now + settings.Timing.HeartbeatInterval;
        SortedSet<ulong> heard = [];
        bool isNew = false;
        bool isMissing = false;
        foreach (NodeRecord node in state.Nodes)
        {
            if (IsHeard(node))
            {
                heard.Add(node.Incarnation.Value);
                isNew |= !state.IsAssembled(node.Incarnation);
            }
            else
            {
                isMissing |= IsExpected(node);
            }
        }

        bool isHeldBack = isMissing && IsAskedFor && !GoesOn;
        if (isNew && !isHeldBack && (now >= _proposeAgainAt || !_proposed.IsSupersetOf(heard)))
        {
            Propose(heard, now, wallClockMs);
        }
    }

    private void Propose(SortedSet<ulong> heard, MonotonicTime now, long wallClockMs)
    {
        ClusterAssemble assemble = new();
        assemble.Incarnations.AddRange(heard);
        Command command = new()
        {
            AtUnixMs = wallClockMs,
            Proposer = options.Self.Value,
            RequiredLevel = FeatureLevels.Membership,
            ClusterAssemble = assemble,
        };
        if (log.TryPropose(command.ToByteArray(), now, out _))
        {
            _proposed.Clear();
            _proposed.UnionWith(heard);
            _proposeAgainAt = now + s_proposeAgain;
        }
    }

    /// <summary>Up, and this leader itself or one that asked it for a lease since it was elected: not one of whose life it only reads in the log.</summary>
    private bool IsHeard(NodeRecord node) =>
        node.State == NodeLifeState.Up
        && (node.Incarnation == ownLife() || contacts.HeardAt(node.Id, node.Incarnation) >= log.Status.LeaderSince);

    /// <summary>
    /// One of whom it is not known that it is stopped. Who left or is fenced may stay away; who was added and never came was never missed; and of one in
    /// maintenance that is down an operator knows.
    /// </summary>
    private static bool IsExpected(NodeRecord node) => node.State switch
    {
        NodeLifeState.Up => true,
        NodeLifeState.Down => !node.IsMaintained,
        NodeLifeState.Absent => node.IsFounder,
        _ => false,
    };
}
