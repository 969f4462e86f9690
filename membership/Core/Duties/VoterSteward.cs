using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>
/// The leader's care for who takes part in the log: every listed node gets the log, some of them vote. One change at a time, each finished by the engine, whoever
/// leads then; see <see cref="VoterPlan"/>.
/// </summary>
internal sealed class VoterSteward(NodeId self, SettingsInForce settings, ClusterState state, IReplicatedLog log, LeaseGrantor grantor)
{
    private static readonly TimeSpan s_pauseAfterRefusal = TimeSpan.FromSeconds(1);
    private readonly SortedDictionary<NodeId, (Incarnation Life, MonotonicTime Since)> _absent = [];
    private MonotonicTime _lookAgainAt = MonotonicTime.DistantPast;

    /// <summary>Why the engine did not begin the last change that was wanted; empty when it did.</summary>
    public string Refusal { get; private set; } = "";

    /// <summary>A new tenure begins: who was seen to be away is seen anew.</summary>
    public void Reset() => _absent.Clear();

    public void Tick(MonotonicTime now)
    {
        if (now < _lookAgainAt || state.FeatureLevel < FeatureLevels.Membership || !grantor.MayGrant(now))
        {
            return;
        }

        _lookAgainAt = now + settings.Timing.HeartbeatInterval;
        NoteAbsences(now);
        if (log.Configuration.IsJoint || log.ConfigurationIndex > log.Status.CommitIndex || log.ConfigurationIndex > state.AppliedIndex)
        {
            return;
        }

        VoterPlan plan = new(
            state, log.Configuration, settings.Values.Quorum, self, node => Answers(node, now), log.IsCaughtUp, node => IsAway(node, now));
        if (plan.Next() is { } change)
        {
            log.TryChangeConfiguration(change, now, out _, out string refusal);
            Refusal = refusal;
            _lookAgainAt = refusal.Length == 0 ? _lookAgainAt : now + s_pauseAfterRefusal;
        }
    }

    private bool Answers(NodeId node, MonotonicTime now) => log.HeardAt(node) > now - settings.Timing.ElectionTimeoutMin;

    /// <summary>Since when each node whose life is over has not answered.</summary>
    private void NoteAbsences(MonotonicTime now)
    {
        foreach (NodeRecord node in state.Nodes)
        {
            if (node.State is not (NodeLifeState.Fenced or NodeLifeState.Left) || Answers(node.Id, now))
            {
                _absent.Remove(node.Id);
            }
            else if (!_absent.TryGetValue(node.Id, out (Incarnation Life, MonotonicTime Since) absent) || absent.Life != node.Incarnation)
            {
                _absent[node.Id] = (node.Incarnation, now);
            }
        }
    }

    private bool IsAway(NodeId node, MonotonicTime now) =>
        _absent.TryGetValue(node, out (Incarnation Life, MonotonicTime Since) absent)
        && now > absent.Since + settings.Values.Quorum.LastManStandingWindow;
}
