using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>An operator looks at a machine that is really off and gives a word for it.</summary>
internal sealed class OperatorConfirm : MembershipFault
{
    public override string Name => "operator-confirm";

    public override double Rarity => 0.7;
    protected override void Strike(World world, RandomStream random)
    {
        Machine? off = world.Machines.FirstOrDefault(machine => !machine.IsOn);
        if (off is null || random.Pick(world.Machines).Daemon is not Daemon daemon || daemon.Core.State.FindNode(off.Id) is not { } node)
        {
            return;
        }

        // The word is for the life that the operator sees as down; no life that begins later is meant.
        if (node.State == NodeLifeState.Down)
        {
            world.Checks.Facts.Confirmed(node.Incarnation.Value);
            daemon.Submit(
                new Command
                {
                    FenceConfirm = new FenceConfirm { Node = off.Number, Incarnation = node.Incarnation.Value, Who = "operator", Note = "it is off" },
                },
                static _ => { });
        }
    }
}
