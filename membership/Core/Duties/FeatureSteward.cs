using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership;

/// <summary>The leader's care for the feature level: proposes to raise it when every member understands more than is used.</summary>
internal sealed class FeatureSteward(NodeId self, ClusterState state, IReplicatedLog log, LeaseGrantor grantor, uint understood)
{
    private static readonly TimeSpan s_proposeAgain = TimeSpan.FromSeconds(1);
    private MonotonicTime _proposeAgainAt = MonotonicTime.DistantPast;

    public void Tick(MonotonicTime now, long wallClockMs)
    {
        uint level = Math.Min(state.CommonFeatureLevel, understood);
        if (level <= state.FeatureLevel || now < _proposeAgainAt || !grantor.MayGrant(now))
        {
            return;
        }

        _proposeAgainAt = now + s_proposeAgain;
        Command command = new() { AtUnixMs = wallClockMs, Proposer = self.Value, FeatureRaise = new FeatureRaise { Level = level } };
        log.TryPropose(command.ToByteArray(), now, out _);
    }
}
