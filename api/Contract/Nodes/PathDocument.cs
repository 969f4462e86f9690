namespace Cluster.Api.Contract;

/// <summary>One path to another node.</summary>
public sealed record PathDocument
{
    /// <summary>The address that it leads to, as host:port.</summary>
    public required string Address { get; init; }

    /// <summary>Whether the connection for votes and the like stands.</summary>
    public required bool Connected { get; init; }

    /// <summary>Whether it carries what goes over one path only. Heartbeats, leases, probes and votes go over all of them.</summary>
    public required bool Used { get; init; }

    /// <summary>Milliseconds since the other node is known to have received a heartbeat over it; absent when it never was, as between nodes that have nothing to say to each other.</summary>
    public long? LastHeardMs { get; init; }

    /// <summary>Microseconds there and back; absent when not known.</summary>
    public long? RoundTripMicros { get; init; }

    /// <summary>Bytes sent over it.</summary>
    public required long BytesSent { get; init; }

    /// <summary>How often a connection was made.</summary>
    public required long Connects { get; init; }

    /// <summary>Messages that were dropped here, or that the operating system did not take.</summary>
    public required long Errors { get; init; }

    /// <summary>Why the last connection or attempt ended; absent before the first.</summary>
    public string? LastError { get; init; }
}
