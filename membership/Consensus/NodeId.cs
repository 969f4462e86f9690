namespace Cluster.Consensus;

/// <summary>The number that the configuration gives a node; the same for all its incarnations. Never 0.</summary>
public readonly record struct NodeId(uint Value) : IComparable<NodeId>
{
    /// <summary>No node.</summary>
    public static readonly NodeId None;

    /// <summary>True for <see cref="None"/>.</summary>
    public bool IsNone => Value == 0;

    /// <inheritdoc/>
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"#{Value}";

    public static bool operator <(NodeId left, NodeId right) => left.Value < right.Value;

    public static bool operator >(NodeId left, NodeId right) => left.Value > right.Value;

    public static bool operator <=(NodeId left, NodeId right) => left.Value <= right.Value;

    public static bool operator >=(NodeId left, NodeId right) => left.Value >= right.Value;
}
