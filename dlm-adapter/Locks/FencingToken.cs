using Cluster.Membership;

namespace Cluster.Locks;

/// <summary>
/// Grows with every grant on one resource (S6): a store that remembers the greatest token it has seen refuses whoever comes with
/// a smaller one, even a holder that was stopped for long and does not know that its lock is gone. The upper 22 bits are the
/// generation of the lock space, the lower 42 a counter of the master that restarts in each generation; a resource that gets
/// another master within a generation takes the counter along.
/// </summary>
/// <param name="Value">The number; 0 is no token.</param>
public readonly record struct FencingToken(ulong Value) : IComparable<FencingToken>
{
    /// <summary>The greatest counter: 2^42 − 1 grants of one master in one generation.</summary>
    public const ulong MaxCounter = (1UL << CounterBits) - 1;

    /// <summary>The greatest generation: 2^22 − 1.</summary>
    public const ulong MaxGeneration = (1UL << (64 - CounterBits)) - 1;

    private const int CounterBits = 42;

    /// <summary>No token.</summary>
    public static readonly FencingToken None;

    /// <summary>The generation in which it was issued.</summary>
    public Generation Generation => new(Value >> CounterBits);

    /// <summary>The counter of its master within that generation.</summary>
    public ulong Counter => Value & MaxCounter;

    /// <summary>Puts a token together.</summary>
    /// <exception cref="InvalidOperationException">A part is out of its bounds: going on would issue a token twice.</exception>
    public static FencingToken Compose(Generation generation, ulong counter)
    {
        Invariant.Check(generation.Value <= MaxGeneration, "the generation of a lock space fits the 22 bits a token has for it");
        Invariant.Check(counter <= MaxCounter, "the grants of one master in one generation fit the 42 bits a token has for them");
        return new FencingToken((generation.Value << CounterBits) | counter);
    }

    /// <inheritdoc/>
    public int CompareTo(FencingToken other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"{Generation}.{Counter}";

    public static bool operator <(FencingToken left, FencingToken right) => left.Value < right.Value;

    public static bool operator >(FencingToken left, FencingToken right) => left.Value > right.Value;

    public static bool operator <=(FencingToken left, FencingToken right) => left.Value <= right.Value;

    public static bool operator >=(FencingToken left, FencingToken right) => left.Value >= right.Value;
}
