using Cluster.Membership.Protocol;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>An operator asks for a node to be fenced, perhaps a healthy one, perhaps the leader.</summary>
internal sealed class OperatorFence : MembershipFault
{
    public override string Name => "operator-fence";

    public override double Rarity => 2;
    protected override void Strike(World world, RandomStream random)
    {
        Machine target = Victim.Any(world, random);
        FenceKind kind = random.Chance(0.7) ? FenceKind.Reboot : FenceKind.Off;
        string key = random.Chance(0.5) ? $"request-{random.Below(20)}" : "";
        random.Pick(world.Machines).Daemon?.Submit(
            new Command
            {
                FenceOpen = new FenceOpen { Node = target.Number, Kind = kind, Reason = Name, Requester = "operator", IdempotencyKey = key },
            },
            outcome => world.Trace.Line(target.Number, $"operator's request to fence: {outcome.Code} {outcome.Detail}"));
    }
}
