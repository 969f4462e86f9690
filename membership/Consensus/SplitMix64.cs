namespace Cluster.Consensus;

/// <summary>
/// A small seeded generator for pure cores (SplitMix64: Steele, Lea, Flood, OOPSLA 2014). The same seed gives the same sequence on
/// every machine; not for secrets.
/// </summary>
public struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>A number in [0, <paramref name="exclusiveMax"/>).</summary>
    public ulong Below(ulong exclusiveMax) => exclusiveMax == 0 ? 0 : Math.BigMul(Next(), exclusiveMax, out _);

    /// <summary>A span in [<paramref name="min"/>, <paramref name="max"/>].</summary>
    public TimeSpan Between(TimeSpan min, TimeSpan max) =>
        min + TimeSpan.FromTicks((long)Below((ulong)(max - min).Ticks + 1));

    /// <summary>True with probability <paramref name="probability"/>.</summary>
    public bool Chance(double probability) => (Next() >> 11) * (1.0 / (1UL << 53)) < probability;
}
