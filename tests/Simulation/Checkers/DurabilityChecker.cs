using Cluster.Consensus;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>S7 in whole clusters (<see cref="DurableWord"/>).</summary>
internal sealed class DurabilityChecker(World world) : Checker(world)
{
    public override string Rule => DurableWord.Rule;

    public override void Sending(Daemon from, in RaftMessage message) => DurableWord.Require(from.Machine, message);
}
