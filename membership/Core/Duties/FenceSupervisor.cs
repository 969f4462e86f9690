using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership;

/// <summary>
/// The leader's care for open fence operations: names an executor for each attempt, replaces one that is lost, and tries again after a failure,
/// level by level, with growing pauses. An attempt is committed before its agent is called (S4).
/// </summary>
internal sealed class FenceSupervisor(
    NodeId self,
    MembershipOptions options,
    SettingsInForce settings,
    ClusterState state,
    IReplicatedLog log,
    Contacts contacts,
    LeaseGrantor grantor,
    TwoNodeStandoff standoff)
{
    private static readonly TimeSpan s_proposeAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_reportGrace = TimeSpan.FromSeconds(2);
    private readonly SortedDictionary<ulong, Care> _cares = [];
    private readonly SortedSet<NodeId> _postponed = [];

    // Until when a device may still carry out what it did not answer in time, though the operation may be over by then.
    private readonly SortedDictionary<NodeId, MonotonicTime> _mayStillAct = [];
    private readonly QuorumGuard _guard = new(log, settings);

    /// <summary>A new tenure begins.</summary>
    public void Reset()
    {
        _cares.Clear();
        _postponed.Clear();
        _mayStillAct.Clear();
    }

    /// <summary>Whether switching a node off is put off because the majority needs it.</summary>
    public bool IsPostponed(NodeId target) => _postponed.Contains(target);

    public void Tick(MonotonicTime now, long wallClockMs, Incarnation ownLife)
    {
        if (!grantor.MayGrant(now))
        {
            return;
        }

        // What is at work is noted for all of them before anything new begins.
        _postponed.Clear();
        foreach (FenceOperation operation in state.OpenOperations)
        {
            Observe(operation, now);
        }

        foreach ((NodeId target, MonotonicTime until) in _mayStillAct)
        {
            if (now < until)
            {
                _guard.MarkAtWork(target, now);
            }
        }

        bool isGranting = grantor.IsGranting(now);
        foreach (FenceOperation operation in state.OpenOperations)
        {
            // Before the cluster is assembled only an operator has anybody switched off: see Assembly.
            if ((isGranting || operation.IsAskedFor) && !standoff.Owns(operation))
            {
                Consider(operation, now, wallClockMs, ownLife);
            }
        }
    }

    private void Observe(FenceOperation operation, MonotonicTime now)
    {
        NodeRecord target = state.FindNode(operation.Node)!;
        if (target.State == NodeLifeState.Up || !settings.Fencing.Levels.TryGetValue(target.Id, out IReadOnlyList<int>? levels) || levels.Count == 0)
        {
            return;
        }

        if (!_cares.TryGetValue(operation.Id.Value, out Care? care))
        {
            care = new Care { NextAt = now };
            _cares.Add(operation.Id.Value, care);
        }

        Observe(operation, care, levels.Count, now);
        if (operation.Phase == FencePhase.SeekingEvidence && IsAtWork(operation, care, now))
        {
            _guard.MarkAtWork(target.Id, now);
        }
    }

    private bool IsAtWork(FenceOperation operation, Care care, MonotonicTime now)
    {
        if (operation.Running is { } running)
        {
            return !IsLost(running, care, now) || now < care.ProposeAgainAt;
        }

        return now < care.ProposeAgainAt;
    }

    private void Consider(FenceOperation operation, MonotonicTime now, long wallClockMs, Incarnation ownLife)
    {
        if (state.FindNode(operation.Node)!.State == NodeLifeState.Up || !_cares.TryGetValue(operation.Id.Value, out Care? care))
        {
            return;
        }

        IReadOnlyList<int> levels = settings.Fencing.Levels[operation.Node];
        bool lost = operation.Running is { } running && IsLost(running, care, now);
        if ((operation.Running is null || lost) && now >= care.NextAt && now >= care.ProposeAgainAt)
        {
            Start(operation, levels, care, now, wallClockMs, ownLife);
        }
    }

    /// <summary>Notes when attempts begin and end, as this leader sees it, and sets the pause after a failure.</summary>
    private void Observe(FenceOperation operation, Care care, int levels, MonotonicTime now)
    {
        uint begun = (uint)operation.Attempts.Count;
        if (begun != care.Begun)
        {
            care.Begun = begun;
            care.BegunAt = now;
            care.ProposeAgainAt = MonotonicTime.DistantPast;
        }

        for (; care.Looked < operation.Attempts.Count && operation.Attempts[care.Looked].Ended; care.Looked++)
        {
            if (operation.Attempts[care.Looked].Failure is "timed-out" or "unknown")
            {
                // It did not answer in time, or nobody was left to hear the answer: also one that was followed by another at once.
                _mayStillAct[operation.Node] = now + settings.Fencing.AttemptDeadline;
            }
        }

        if (operation.Running is null && begun != care.Ended)
        {
            care.Ended = begun;
            care.EndedAt = now;
            FenceAttempt last = operation.Attempts[^1];
            int fruitless = FruitlessInARow(operation);
            care.NextAt = fruitless == 0 || last.Failure == "unknown" ? now : now + Pause(fruitless, levels);
        }
    }

    private TimeSpan Pause(int failures, int levels)
    {
        if (failures % levels != 0)
        {
            // The next level is tried at once; the pause is between rounds.
            return TimeSpan.Zero;
        }

        int doublings = Math.Min((failures / levels) - 1, 20);
        double pause = settings.Fencing.RetryMin.TotalSeconds * Math.Pow(2, doublings);
        return TimeSpan.FromSeconds(Math.Min(pause, settings.Fencing.RetryMax.TotalSeconds));
    }

    /// <summary>
    /// Attempts at the end that did not bring the operation further. While evidence is sought that is every one: what a success observed was too weak for a
    /// group, and the same level would only observe it again.
    /// </summary>
    private static int FruitlessInARow(FenceOperation operation)
    {
        int count = 0;
        bool seeking = operation.Phase == FencePhase.SeekingEvidence;
        for (int i = operation.Attempts.Count - 1; i >= 0 && (seeking || !operation.Attempts[i].Succeeded); i--)
        {
            count++;
        }

        return count;
    }

    private bool IsLost(FenceAttempt running, Care care, MonotonicTime now)
    {
        NodeRecord? executor = state.FindNode(running.Executor);
        bool gone = running.ExecutorIncarnation == Incarnation.None
            ? running.Executor == self && running.ExecutorNonce != options.Nonce
            : executor?.State != NodeLifeState.Up || executor.Incarnation != running.ExecutorIncarnation;
        return gone || now > care.BegunAt + settings.Fencing.AttemptDeadline + s_reportGrace;
    }

    private void Start(
        FenceOperation operation,
        IReadOnlyList<int> levels,
        Care care,
        MonotonicTime now,
        long wallClockMs,
        Incarnation ownLife)
    {
        NodeRecord? member = ChooseExecutor(operation, levels.Count, now, ownLife);
        if (member is null && (ownLife != Incarnation.None || operation.Node == self))
        {
            return;
        }

        bool on = operation.Phase == FencePhase.SwitchingOn;
        if (!on && !_guard.Allows(operation.Node, now))
        {
            _postponed.Add(operation.Node);
            return;
        }

        int level = on ? LevelThatSucceeded(operation, levels) : levels[FruitlessInARow(operation) % levels.Count];
        Command command = new()
        {
            AtUnixMs = wallClockMs,
            Proposer = self.Value,
            FenceAttemptStart = new FenceAttemptStart
            {
                Operation = operation.Id.Value,
                Attempt = (uint)operation.Attempts.Count + 1,
                Executor = (member?.Id ?? self).Value,
                ExecutorIncarnation = member?.Incarnation.Value ?? 0,
                ExecutorNonce = member is null || member.Id == self ? options.Nonce : 0,
                Level = level,
                Action = on ? AttemptAction.SwitchOn : AttemptAction.SwitchOff,
            },
        };
        care.ProposeAgainAt = now + s_proposeAgain;
        if (!on)
        {
            _guard.MarkAtWork(operation.Node, now);
        }

        log.TryPropose(command.ToByteArray(), now, out _);
    }

    private static int LevelThatSucceeded(FenceOperation operation, IReadOnlyList<int> levels)
    {
        for (int i = operation.Attempts.Count - 1; i >= 0; i--)
        {
            if (operation.Attempts[i] is { Succeeded: true } attempt)
            {
                return attempt.Level;
            }
        }

        return levels[0];
    }

    /// <summary>
    /// This leader's own node first (it is alive for certain, and carries out orders if it is a member in this life); after failures others in turn, as their
    /// path may be better. Null when no member can: a leader that is none itself then acts, or a cluster whose daemons were all started anew, and whose groups
    /// demand more than their word, would wait for ever.
    /// </summary>
    private NodeRecord? ChooseExecutor(FenceOperation operation, int levels, MonotonicTime now, Incarnation ownLife)
    {
        List<NodeRecord> candidates = [];
        foreach (NodeRecord node in state.Nodes)
        {
            bool alive = node.Id == self
                ? node.Incarnation == ownLife
                : now - contacts.Of(node.Id).LastHeard < settings.Timing.Lease;
            if (node.State != NodeLifeState.Up || node.Id == operation.Node || !alive)
            {
                continue;
            }

            if (node.Id == self)
            {
                candidates.Insert(0, node);
            }
            else
            {
                candidates.Add(node);
            }
        }

        if (candidates.Count == 0)
        {
            return null;
        }

        // Shifted by one each round: as many candidates as levels would otherwise pair the same ones for ever, and the path that works may be another pair.
        int fruitless = FruitlessInARow(operation);
        return candidates[((fruitless % levels) + (fruitless / levels)) % candidates.Count];
    }

    private sealed class Care
    {
        public uint Begun { get; set; }

        public uint Ended { get; set; }

        /// <summary>How many attempts that are over were looked at for what their devices may still do.</summary>
        public int Looked { get; set; }

        public MonotonicTime BegunAt { get; set; }

        public MonotonicTime EndedAt { get; set; }

        public MonotonicTime NextAt { get; set; }

        public MonotonicTime ProposeAgainAt { get; set; } = MonotonicTime.DistantPast;
    }
}
