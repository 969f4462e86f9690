using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership;

/// <summary>
/// Gives the cluster its first settings: what the leader was configured with, as soon as the cluster can have any. From then on only a
/// <see cref="SettingsChange"/> changes them, and what the daemons' files say of them is not looked at.
/// </summary>
internal sealed class SettingsSteward(MembershipOptions options, ClusterState state, SettingsInForce settings, IReplicatedLog log, LeaseGrantor grantor)
{
    private static readonly TimeSpan s_proposeAgain = TimeSpan.FromSeconds(1);
    private MonotonicTime _proposeAgainAt = MonotonicTime.DistantPast;

    public void Tick(MonotonicTime now, long wallClockMs)
    {
        if (state.Settings.Version != 0 || state.FeatureLevel < FeatureLevels.Membership || now < _proposeAgainAt || !grantor.MayGrant(now))
        {
            return;
        }

        _proposeAgainAt = now + s_proposeAgain;
        Command command = new()
        {
            AtUnixMs = wallClockMs,
            Proposer = options.Self.Value,
            RequiredLevel = FeatureLevels.Membership,
            SettingsChange = new SettingsChange
            {
                BasedOn = 0,
                Settings = settings.Configured.ToSettings(),
                Who = $"configuration of {state.FindNode(options.Self)?.Name ?? options.Self.ToString()}",
            },
        };
        log.TryPropose(command.ToByteArray(), now, out _);
    }
}
