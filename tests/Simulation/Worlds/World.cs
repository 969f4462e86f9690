using Cluster.Simulation.Checkers;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Network;
using Cluster.Simulation.Power;

namespace Cluster.Simulation.Worlds;

/// <summary>
/// A whole cluster with its machines, network and power switches in one thread under virtual time. All that happens is decided by
/// the seed: the same seed gives the same steps, hash and outcome on every machine.
/// </summary>
internal sealed class World
{
    private readonly EventQueue _queue = new();
    private readonly ulong _seed;

    public World(SeedPlan plan, Mutant mutant, bool text)
    {
        _seed = plan.Seed;
        Plan = plan;
        Mutant = mutant;
        Trace = new Trace(text);
        Network = new SimulatedNetwork(this);
        Power = new SimulatedPower(this);
        Machines = [.. Enumerable.Range(1, plan.NodeCount).Select(number => new Machine(this, (uint)number))];
        Checks = new CheckerSet(this);
    }

    /// <summary>True time in nanoseconds.</summary>
    public long Now { get; private set; }

    /// <summary>How many things happened.</summary>
    public long Step { get; private set; }

    public SeedPlan Plan { get; }

    public Mutant Mutant { get; }

    public Trace Trace { get; }

    public SimulatedNetwork Network { get; }

    public SimulatedPower Power { get; }

    public IReadOnlyList<Machine> Machines { get; }

    public CheckerSet Checks { get; }

    /// <summary>True once the faults have ended and only recovery is left.</summary>
    public bool Healing { get; set; }

    /// <summary>The stream of one part, e.g. <c>disk 3</c>.</summary>
    public RandomStream Stream(string part)
    {
        ulong hash = 0xCBF29CE484222325UL;
        foreach (char c in part)
        {
            hash = (hash ^ c) * 0x100000001B3UL;
        }

        return new RandomStream(hash ^ (_seed * 0x9E3779B97F4A7C15UL));
    }

    /// <summary>Plans something for later.</summary>
    public void After(long nanoseconds, Action action) => _queue.Add(Now + Math.Max(0, nanoseconds), action);

    /// <summary>Lets everything happen that is due until then.</summary>
    public void RunUntil(long end)
    {
        while (_queue.TryTake(end, out long time, out Action action))
        {
            Now = time;
            Step++;
            Trace.Now = time;
            Trace.Step = Step;
            Trace.Mix((ulong)time);
            action();
        }

        Now = end;
    }

    public Machine Machine(uint number) => Machines[(int)number - 1];
}
