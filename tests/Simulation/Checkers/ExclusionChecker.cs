using Cluster.Simulation.Holders;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>S8: no two processes that truly live hold one resource.</summary>
internal sealed class ExclusionChecker(World world) : Checker(world)
{
    public override string Rule => "S8";

    public override void Granted(ToyLockHolder holder, int resource, ulong token)
    {
        foreach (Machine machine in World.Machines)
        {
            foreach (ToyLockHolder other in machine.Holders)
            {
                if (other != holder && other.Alive && other.Group == holder.Group && other.Holds(resource))
                {
                    Fail($"{holder.Endpoint} takes {holder.Group}/{resource}, which {other.Endpoint} holds");
                }
            }
        }
    }
}
