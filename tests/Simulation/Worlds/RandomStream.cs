using Cluster.Consensus;

namespace Cluster.Simulation.Worlds;

/// <summary>
/// One seeded stream of random numbers. Each part of a world has its own, so that a change in how often one part draws does not
/// shift the numbers of all others.
/// </summary>
internal sealed class RandomStream(ulong seed)
{
    private SplitMix64 _generator = new(seed);

    public ulong Next() => _generator.Next();

    /// <summary>A number in [0, <paramref name="exclusiveMax"/>).</summary>
    public int Below(int exclusiveMax) => (int)_generator.Below((ulong)exclusiveMax);

    public bool Chance(double probability) => _generator.Chance(probability);

    /// <summary>A number in [<paramref name="min"/>, <paramref name="max"/>).</summary>
    public double Between(double min, double max) => min + ((max - min) * ((_generator.Next() >> 11) * (1.0 / (1UL << 53))));

    /// <summary>A span in nanoseconds, evenly drawn from two bounds in milliseconds.</summary>
    public long Ms(double min, double max) => SimTime.Ms(Between(min, max));

    /// <summary>
    /// A span in nanoseconds with many short and few long values: evenly drawn on a logarithmic scale between two bounds in
    /// milliseconds.
    /// </summary>
    public long LogMs(double min, double max) => SimTime.Ms(min * Math.Exp(Between(0, Math.Log(max / min))));

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];
}
