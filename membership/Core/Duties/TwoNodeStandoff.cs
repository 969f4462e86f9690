using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>
/// Two-node mode: of two voters neither is a majority without the other, so when one is silent the other has it switched off, and goes on alone once that is proven. The
/// intent can't be committed first; it stands, synced, in this node's own log before the agent is called (S4), and is committed, with the attempt and what was observed,
/// once this node goes on alone.
/// </summary>
/// <remarks>
/// <para>Why no healthy node is switched off, and not both:</para>
/// <para>1. Only a life of this daemon that has been in step with its peer (<see cref="ReplicatedLogStatus.IsInStep"/>) and belongs to an assembled cluster acts: never one that has
/// just booted. Two nodes that boot at once while the network is down wait for each other, or for an operator.</para>
/// <para>2. It acts only while it has no quorum itself and has heard nothing at all of the peer for as long as a lease can last by any clock; a stall of its own counts as
/// having heard the peer (L3). Whatever is heard before the agent is called withdraws the intent.</para>
/// <para>3. Of two that lost each other the one that is not favoured waits longer by the delay of the settings, so it is off before its wait is over, unless the
/// favoured one is gone or its fencing path is: it takes that second failure, or an agent slower than the delay, for both to act.</para>
/// <para>4. It goes on alone only with evidence that the peer was stopped after the intent was on disk. That a device's fabric was cut is none: the peer would live on.</para>
/// </remarks>
internal sealed partial class TwoNodeStandoff(
    MembershipOptions options,
    SettingsInForce settings,
    ClusterState state,
    IReplicatedLog log,
    LeaseGrantor grantor,
    LeaseHolder holder,
    Contacts contacts,
    FormerLeases former)
{
    private static readonly TimeSpan s_reportGrace = TimeSpan.FromSeconds(2);
    private readonly SortedDictionary<NodeId, MonotonicTime> _heard = [];
    private Phase _phase;
    private NodeId _peer;
    private Incarnation _life;
    private Standoff _intent;
    private ulong _number;
    private AttemptOutcome? _outcome;
    private int _level;
    private int _failures;
    private string _trouble = "";
    private MonotonicTime _durableAt;
    private MonotonicTime _orderedAt;
    private MonotonicTime _notBefore = MonotonicTime.DistantPast;

    private enum Phase
    {
        Watching,
        Noted,
        Ordered,
        Proven,
        Recording,
    }

    /// <summary>What is going on, for people; empty when nothing is.</summary>
    public string Describe(MonotonicTime now)
    {
        string name = state.FindNode(_peer)?.Name ?? _peer.ToString();
        string trouble = _trouble.Length == 0 ? "" : $" ({_trouble})";
        return _phase switch
        {
            Phase.Noted => $"the intent to have {name} switched off being on disk",
            Phase.Ordered => $"proof that {name} is off: attempt {_intent.Attempt} is under way",
            Phase.Proven => $"going on without {name}, which is proven off{trouble}",
            Phase.Recording => "",
            _ when !log.Status.IsInStep && !HasQuorum(now) && Other() is { IsNone: false } other =>
                $"{state.FindNode(other)?.Name ?? other.ToString()} to come back: this daemon has not met it since it started, and never has it switched off before",
            _ when Opponent(now) is { } peer => Waiting(peer, now),
            _ => "",
        };
    }

    /// <summary>Something was heard of a node.</summary>
    public void Heard(NodeId node, MonotonicTime now) => _heard[node] = now;

    /// <summary>This process was stalled: the silence may be its own.</summary>
    public void Forgive(MonotonicTime now)
    {
        foreach (NodeId node in _heard.Keys.ToArray())
        {
            _heard[node] = now;
        }
    }

    /// <summary>Whether an operation is about the life that was proven off here: what is to be recorded of it is not to be done again.</summary>
    public bool Owns(FenceOperation operation) =>
        _phase is Phase.Proven or Phase.Recording && operation.Node == _peer && operation.Incarnation == _life;

    /// <summary>What came of an order.</summary>
    public void Finished(uint attempt, AttemptOutcome outcome, MonotonicTime now)
    {
        if (_phase != Phase.Ordered || attempt != (uint)_intent.Attempt)
        {
            return;
        }

        if (outcome is { Succeeded: true, Evidence: Evidence.ObservedOff or Evidence.SelfFenced or Evidence.ConfirmedByHuman })
        {
            _outcome = outcome;
            _phase = Phase.Proven;
            _trouble = "";
        }
        else
        {
            Fail($"attempt {attempt} failed: {(outcome.Succeeded ? $"{Words.Of(outcome.Evidence)} is no proof that it is off" : outcome.Detail)}", now);
        }
    }

    public void Tick(MonotonicTime now, long wallClockMs, Incarnation ownLife, List<FenceOrder> orders)
    {
        switch (_phase)
        {
            case Phase.Watching:
                Watch(now, ownLife);
                break;
            case Phase.Noted when Opponent(now)?.Id != _peer || ownLife == Incarnation.None:
                // The link has healed before anything was done.
                log.NoteStandoff(default, now);
                _phase = Phase.Watching;
                break;
            case Phase.Noted when log.Status.DurableStandoff == _intent:
                Order(now, orders);
                break;
            case Phase.Ordered when now > _orderedAt + settings.Fencing.AttemptDeadline + s_reportGrace:
                Fail($"attempt {_intent.Attempt} was not reported in time", now);
                break;
            case Phase.Proven:
                GoAlone(now);
                break;
            case Phase.Recording:
                Record(now, wallClockMs, ownLife);
                break;
            default:
                break;
        }
    }

    private void Watch(MonotonicTime now, Incarnation ownLife)
    {
        _number = Math.Max(_number, log.Status.DurableStandoff.Attempt);
        if (Opponent(now) is not { } peer)
        {
            _failures = 0;
            _trouble = "";
            if (!log.Status.DurableStandoff.IsNone && HasQuorum(now))
            {
                // Of a former life of this process, or of a round that was overtaken: the two have met.
                log.NoteStandoff(default, now);
            }

            return;
        }

        if (!MayAct(ownLife) || now < Patience(peer) || now < _notBefore || LevelsOf(peer.Id).Count == 0)
        {
            return;
        }

        _peer = peer.Id;
        _life = peer.Incarnation;
        _intent = new Standoff(peer.Id, ++_number);
        _phase = Phase.Noted;
        log.NoteStandoff(_intent, now);
    }

    /// <summary>The other of two voters, while this one has no quorum and does not hear it; null otherwise.</summary>
    private NodeRecord? Opponent(MonotonicTime now)
    {
        NodeId other = Other();
        if (other.IsNone || state.FeatureLevel < FeatureLevels.Membership || HasQuorum(now))
        {
            return null;
        }

        bool isSilent = now > Over(other);
        return isSilent && state.FindNode(other) is { State: NodeLifeState.Up or NodeLifeState.Down or NodeLifeState.Fenced, IsMaintained: false } peer ? peer : null;
    }

    /// <summary>The other of two voters; none where there are not two, or the settings do not ask for this mode.</summary>
    private NodeId Other()
    {
        ClusterConfiguration inForce = log.Configuration;
        bool isOneOfTwo = settings.Values.Quorum.TwoNode && !inForce.IsJoint && inForce.Voters.Length == 2 && inForce.IsVoter(options.Self);
        return !isOneOfTwo ? NodeId.None : inForce.Voters[0] == options.Self ? inForce.Voters[1] : inForce.Voters[0];
    }

    private bool HasQuorum(MonotonicTime now) =>
        log.Status.IsLeader ? now < log.Status.ConfirmedUntil : now < holder.Deadline;

    private bool MayAct(Incarnation ownLife) => ownLife != Incarnation.None && log.Status.IsInStep && state.IsAssembled(ownLife);

    /// <summary>When no lease that the peer was ever given can still be good.</summary>
    private MonotonicTime Over(NodeId peer)
    {
        MonotonicTime heard = _heard.GetValueOrDefault(peer, MonotonicTime.DistantPast) + settings.Timing.LeaseBound;
        return MonotonicTime.Max(MonotonicTime.Max(heard, contacts.Of(peer).LeaseOver), former.OverAt);
    }

    private MonotonicTime Patience(NodeRecord peer) => IsFavoured(peer.Id) ? Over(peer.Id) : Over(peer.Id) + settings.Values.Quorum.TwoNodeDelay;

    private bool IsFavoured(NodeId peer)
    {
        NodeId favoured = settings.Values.Quorum.TwoNodeFavoured;
        return favoured == options.Self || (favoured != peer && options.Self < peer);
    }

    private IReadOnlyList<int> LevelsOf(NodeId node) => settings.Fencing.Levels.TryGetValue(node, out IReadOnlyList<int>? levels) ? levels : [];

    private string Waiting(NodeRecord peer, MonotonicTime now)
    {
        string why = LevelsOf(peer.Id).Count == 0 ? "no fencing level is configured for it; see that it comes back"
            : _trouble.Length > 0 ? _trouble
            : now < Patience(peer) ? "the other side is favoured and has the first turn"
            : "it is being seen to";
        return $"{peer.Name} to come back or to be proven off: {why}";
    }

    private void Order(MonotonicTime now, List<FenceOrder> orders)
    {
        IReadOnlyList<int> levels = LevelsOf(_peer);
        _level = levels[_failures % levels.Count];
        _durableAt = now;
        _orderedAt = now;
        _phase = Phase.Ordered;
        orders.Add(new FenceOrder(
            default, (uint)_intent.Attempt, state.FindNode(_peer)!.Name, _level, AttemptAction.SwitchOff, settings.Fencing.AttemptDeadline));
    }

    private void Fail(string trouble, MonotonicTime now)
    {
        _failures++;
        _trouble = trouble;
        _phase = Phase.Watching;
        int levels = Math.Max(LevelsOf(_peer).Count, 1);
        if (_failures % levels == 0)
        {
            double pause = settings.Fencing.RetryMin.TotalSeconds * Math.Pow(2, Math.Min((_failures / levels) - 1, 20));
            _notBefore = now + TimeSpan.FromSeconds(Math.Min(pause, settings.Fencing.RetryMax.TotalSeconds));
        }
    }

    private void GoAlone(MonotonicTime now)
    {
        if (!log.Configuration.IsVoter(_peer) || HasQuorum(now))
        {
            // Alone, if perhaps not committed yet: what is recorded next stands behind it. Or the machine was switched on again and they have met.
            _phase = Phase.Recording;
        }
        else if (!log.TryGoAlone(_peer, now, out _trouble) && _heard.GetValueOrDefault(_peer, MonotonicTime.DistantPast) >= _durableAt)
        {
            // It said something between the intent and its end. If it stays silent from now on another round begins, in which the device answers at once.
            _phase = Phase.Watching;
        }
    }
}
