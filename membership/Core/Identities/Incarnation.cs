namespace Cluster.Membership;

/// <summary>One life of a node: the log index of its join. A later life has a greater number; 0 is no life.</summary>
public readonly record struct Incarnation(ulong Value)
{
    /// <summary>No life: the node has not joined yet.</summary>
    public static readonly Incarnation None;

    /// <inheritdoc/>
    public override string ToString() => $"i{Value}";
}
