namespace Cluster.Membership;

/// <summary>One stay of one process in one group: the log index of its join. Never used again after it left.</summary>
public readonly record struct MemberId(ulong Value) : IComparable<MemberId>
{
    /// <summary>No member.</summary>
    public static readonly MemberId None;

    /// <inheritdoc/>
    public int CompareTo(MemberId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"m{Value}";

    public static bool operator <(MemberId left, MemberId right) => left.Value < right.Value;

    public static bool operator >(MemberId left, MemberId right) => left.Value > right.Value;

    public static bool operator <=(MemberId left, MemberId right) => left.Value <= right.Value;

    public static bool operator >=(MemberId left, MemberId right) => left.Value >= right.Value;
}
