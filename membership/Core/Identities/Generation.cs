namespace Cluster.Membership;

/// <summary>Counts the starts of one group. It never goes back, not even when the group is empty for a while.</summary>
public readonly record struct Generation(ulong Value) : IComparable<Generation>
{
    /// <summary>Before the first start.</summary>
    public static readonly Generation Zero;

    /// <summary>The generation after this one.</summary>
    public Generation Next => new(Value + 1);

    /// <inheritdoc/>
    public int CompareTo(Generation other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"g{Value}";

    public static bool operator <(Generation left, Generation right) => left.Value < right.Value;

    public static bool operator >(Generation left, Generation right) => left.Value > right.Value;

    public static bool operator <=(Generation left, Generation right) => left.Value <= right.Value;

    public static bool operator >=(Generation left, Generation right) => left.Value >= right.Value;
}
