namespace Cluster.Api.Contract;

/// <summary>The way from the answering node to another.</summary>
public sealed record LinkDocument
{
    /// <summary>The other node's name.</summary>
    public required string Node { get; init; }

    /// <summary>Whether the connection for votes and the like stands, over any path.</summary>
    public required bool Connected { get; init; }

    /// <summary>Whether the other node's connection to the answering one stands.</summary>
    public required bool Heard { get; init; }

    /// <summary>Messages of it that arrived.</summary>
    public required long MessagesReceived { get; init; }

    /// <summary>Heartbeats and the like that arrived in single datagrams, over all paths.</summary>
    public required long PulsesReceived { get; init; }

    /// <summary>The paths, one for each address of the other node, the preferred one first.</summary>
    public required IReadOnlyList<PathDocument> Paths { get; init; }
}
