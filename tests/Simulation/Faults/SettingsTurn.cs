using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>
/// An operator changes the cluster's timing, from whatever node: leases become longer and shorter while nodes apply it at different moments. Sometimes the
/// change was made from settings that are not the newest any more, or breaks the rules.
/// </summary>
internal sealed class SettingsTurn : MembershipFault
{
    private static readonly MembershipTiming s_patient = MembershipTiming.Lan with
    {
        ElectionTimeoutMin = TimeSpan.FromMilliseconds(500),
        ElectionTimeoutMax = TimeSpan.FromMilliseconds(800),
        Lease = TimeSpan.FromMilliseconds(1_500),
    };

    public override string Name => "settings-turn";

    protected override void Strike(World world, RandomStream random)
    {
        Machine machine = random.Pick(world.Machines);
        if (machine.Daemon is not Daemon daemon)
        {
            return;
        }

        ClusterSettings present = daemon.Core.Settings;
        ClusterSettings next = present with { Timing = Draw(random) with { StartupGrace = world.Plan.Timing.StartupGrace } };
        daemon.Submit(
            new Command
            {
                RequiredLevel = FeatureLevels.Membership,
                SettingsChange = new SettingsChange { BasedOn = daemon.Core.State.Settings.Version, Settings = next.ToSettings(), Who = "operator" },
            },
            outcome => world.Trace.Line(machine.Number, $"lease of {next.Timing.Lease.TotalMilliseconds:F0} ms: {outcome.Code} {outcome.Detail}"));
    }

    // The longest lease and patience leave room for the groups' deadline (SettingsRules).
    private static MembershipTiming Draw(RandomStream random)
    {
        MembershipTiming profile = random.Pick([MembershipTiming.Lan, MembershipTiming.Fast, s_patient]);
        return random.Chance(0.4) ? profile : profile with { Lease = TimeSpan.FromMilliseconds(random.Between(150, 2_000)) };
    }
}
