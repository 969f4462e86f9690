namespace Cluster.Membership;

/// <summary>How much history each node keeps, and every snapshot of the log holds.</summary>
public sealed record HistoryLimits
{
    /// <summary>How many events.</summary>
    public int EventsRetained { get; init; } = 65_536;

    /// <summary>How many fence operations, and as many idempotency keys.</summary>
    public int OperationsRetained { get; init; } = 10_000;
}
