namespace Cluster.Api.Contract;

/// <summary>One event of the cluster's single order, as a CloudEvents 1.0 document.</summary>
public sealed record CloudEvent
{
    /// <summary>Always <c>1.0</c>.</summary>
    public string Specversion { get; init; } = "1.0";

    /// <summary>Its position in the order, e.g. <c>1042.1</c>. The same on every node.</summary>
    public required string Id { get; init; }

    /// <summary>The cluster: <c>/clusters/NAME</c>.</summary>
    public required string Source { get; init; }

    /// <summary>What happened, e.g. <c>cluster.node-down</c>: <c>cluster.</c> and the <c>kind</c> of the data.</summary>
    public required string Type { get; init; }

    /// <summary>What it happened to, e.g. <c>nodes/n3</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>Wall clock of the node that proposed it (UTC), for people: the order is given by the id.</summary>
    public required DateTime Time { get; init; }

    /// <summary>Always <c>application/json</c>.</summary>
    public string Datacontenttype { get; init; } = "application/json";

    /// <summary>What happened, in detail.</summary>
    public required EventData Data { get; init; }
}
