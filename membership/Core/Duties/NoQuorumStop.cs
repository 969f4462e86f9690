using System.Globalization;
using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>
/// Ends local stays in groups when this node has known of no quorum for so long as the settings say. Until then, and with <see cref="NoQuorumPolicy.Freeze"/>
/// for ever, lock managers keep what they hold and grant nothing. A process that was stalled counts anew: it could not hear the quorum that there may be (L3).
/// </summary>
internal sealed class NoQuorumStop(SettingsInForce settings)
{
    private MonotonicTime? _since;

    /// <summary>True once stays were ended, until there is a quorum again.</summary>
    public bool IsStopped { get; private set; }

    public void Stalled(MonotonicTime now) => _since = _since is null ? null : now;

    public void Tick(MonotonicTime now, bool isMember, bool knowsOfQuorum, NodeEffects effects)
    {
        if (knowsOfQuorum || !isMember)
        {
            _since = null;
            IsStopped = false;
            return;
        }

        _since ??= now;
        QuorumPolicy policy = settings.Values.Quorum;
        if (policy.NoQuorum == NoQuorumPolicy.Stop && !IsStopped && now - _since.Value > policy.NoQuorumStopAfter)
        {
            IsStopped = true;
            effects.StaysEnded = string.Create(
                CultureInfo.InvariantCulture,
                $"this node has known of no quorum for {policy.NoQuorumStopAfter.TotalSeconds:0.#} s; give up everything, and join again when there is one");
        }
    }
}
