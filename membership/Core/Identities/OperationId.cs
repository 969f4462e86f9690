namespace Cluster.Membership;

/// <summary>A fence operation: the log index that opened it.</summary>
public readonly record struct OperationId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"f{Value}";
}
