namespace Cluster.Membership;

/// <summary>Counts the changes of the set of nodes that are up: the log index of the newest change.</summary>
public readonly record struct Epoch(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"e{Value}";
}
