namespace Cluster.Consensus;

/// <summary>A Raft term (Raft §5.1): at most one leader in each. 0 is before the first election.</summary>
public readonly record struct Term(ulong Value) : IComparable<Term>
{
    /// <summary>The term before the first election.</summary>
    public static readonly Term Zero;

    /// <summary>The term after this one.</summary>
    public Term Next => new(Value + 1);

    /// <inheritdoc/>
    public int CompareTo(Term other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"t{Value}";

    public static bool operator <(Term left, Term right) => left.Value < right.Value;

    public static bool operator >(Term left, Term right) => left.Value > right.Value;

    public static bool operator <=(Term left, Term right) => left.Value <= right.Value;

    public static bool operator >=(Term left, Term right) => left.Value >= right.Value;
}
