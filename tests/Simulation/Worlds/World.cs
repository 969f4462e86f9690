using Cluster.Simulation.Checkers;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Network;
using Cluster.Simulation.Power;

namespace Cluster.Simulation.Worlds;

/// <summary>
/// A whole cluster with its machines, network and power switches in one thread under virtual time. All that happens is decided by
/// the seed: the same seed gives the same steps, hash and outcome on every machine.
/// </summary>
internal sealed class World : Timeline
{
    public World(SeedPlan plan, Mutant mutant, int lines)
        : base(plan.Seed, lines)
    {
        Plan = plan;
        Mutant = mutant;
        Network = new SimulatedNetwork(this);
        Power = new SimulatedPower(this);
        Machines = [.. Enumerable.Range(1, plan.NodeCount).Select(number => new Machine(this, (uint)number))];
        Checks = new CheckerSet(this);
    }

    public SeedPlan Plan { get; }

    public Mutant Mutant { get; }

    public SimulatedNetwork Network { get; }

    public SimulatedPower Power { get; }

    public IReadOnlyList<Machine> Machines { get; }

    public CheckerSet Checks { get; }

    /// <summary>True once the faults have ended and only recovery is left.</summary>
    public bool Healing { get; set; }

    public Machine Machine(uint number) => Machines[(int)number - 1];
}
