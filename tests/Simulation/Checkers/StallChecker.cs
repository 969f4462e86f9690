using Cluster.Membership.Protocol;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>
/// L3, in seeds whose only faults are stalls: a node is declared down only if it was itself held up a short while ago; a healthy one never pays
/// for another's stall. In quiet seeds nobody is declared down at all.
/// </summary>
internal sealed class StallChecker(World world) : Checker(world)
{
    public override string Rule => "L3";

    public override void EventSeen(Daemon at, ClusterEvent clusterEvent, bool first)
    {
        if (!first || World.Plan.Class == SeedClass.Swarm || clusterEvent.KindCase != ClusterEvent.KindOneofCase.NodeDown)
        {
            return;
        }

        NodeDownEvent down = clusterEvent.NodeDown;
        Machine machine = World.Machine(down.Node);
        long forgivable = SimTime.Of(World.Plan.Timing.LeaseBound) + (2 * SimTime.Of(World.Plan.Timing.ElectionTimeoutMax));
        if (World.Now - machine.HeldUpUntil > forgivable)
        {
            Fail($"{machine.Name} is declared down ({down.Reason}), but nothing had held it up for {SimTime.Text(World.Now - Math.Max(0, machine.HeldUpUntil))}");
        }
    }
}
