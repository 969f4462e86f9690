using Cluster.Simulation.Checkers;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Power;

namespace Cluster.Simulation.Worlds;

/// <summary>
/// A whole cluster with its machines, network and power switches in one thread under virtual time. All that happens is decided by
/// the seed: the same seed gives the same steps, hash and outcome on every machine.
/// </summary>
internal sealed class World : Site
{
    public World(SeedPlan plan, Mutant mutant, int lines)
        : base(plan.Seed, lines, plan.NodeCount)
    {
        Plan = plan;
        Mutant = mutant;
        Power = new SimulatedPower(this);
        Machines = [.. Enumerable.Range(1, plan.NodeCount).Select(number => new Machine(this, (uint)number))];
        Checks = new CheckerSet(this);
    }

    public SeedPlan Plan { get; }

    public Mutant Mutant { get; }

    public SimulatedPower Power { get; }

    public IReadOnlyList<Machine> Machines { get; }

    public override IReadOnlyList<Host> Hosts => Machines;

    public override long FaultsEnd => Plan.FaultsEnd;

    public override Host? Leader => Faults.Victim.Leader(this);

    public CheckerSet Checks { get; }

    public Machine Machine(uint number) => Machines[(int)number - 1];

    public override void Heal()
    {
        base.Heal();
        foreach (Machine machine in Machines)
        {
            foreach (Bmc bmc in machine.Bmcs)
            {
                bmc.Fault = BmcFault.None;
            }
        }
    }
}
