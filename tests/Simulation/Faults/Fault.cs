using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>One way in which the world goes wrong. Whatever it breaks for a while is whole again by the end of the fault phase.</summary>
internal abstract class Fault
{
    /// <summary>How it is called in traces.</summary>
    public abstract string Name { get; }

    /// <summary>How rare it is compared with the others: its mean gap is multiplied by this.</summary>
    public virtual double Rarity => 1;

    /// <summary>Strikes once.</summary>
    public abstract void Strike(Site world, RandomStream random);

    /// <summary>A span within the fault phase.</summary>
    protected static long Within(Site world, long span) => Math.Max(0, Math.Min(span, world.FaultsEnd - world.Now));
}
