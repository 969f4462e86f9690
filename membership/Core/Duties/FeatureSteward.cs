using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership;

/// <summary>
/// The leader's care for the feature level: proposes to raise it when every member understands more than is used. While a cluster forms for the first time, nodes
/// that have not joined yet are given a while to say what they understand; one that comes later must understand what is used by then.
/// </summary>
internal sealed class FeatureSteward(MembershipOptions options, SettingsInForce settings, ClusterState state, IReplicatedLog log, LeaseGrantor grantor)
{
    private static readonly TimeSpan s_proposeAgain = TimeSpan.FromSeconds(1);
    private MonotonicTime _proposeAgainAt = MonotonicTime.DistantPast;

    public void Tick(MonotonicTime now, long wallClockMs)
    {
        if (state.FeatureLevel >= options.FeatureLevel || now < _proposeAgainAt || !grantor.MayGrant(now))
        {
            return;
        }

        uint level = Math.Min(state.CommonFeatureLevel, options.FeatureLevel);
        if (level <= state.FeatureLevel || IsForming(now))
        {
            return;
        }

        _proposeAgainAt = now + s_proposeAgain;
        FeatureRaise raise = new() { Level = level };
        if (level >= FeatureLevels.Membership && state.FeatureLevel < FeatureLevels.Membership)
        {
            raise.Founders.AddRange(state.Founders());
        }

        Command command = new() { AtUnixMs = wallClockMs, Proposer = options.Self.Value, FeatureRaise = raise };
        log.TryPropose(command.ToByteArray(), now, out _);
    }

    private bool IsForming(MonotonicTime now) =>
        now < log.Status.LeaderSince + settings.Timing.StartupGrace && state.Nodes.Any(node => node.State == NodeLifeState.Absent);
}
