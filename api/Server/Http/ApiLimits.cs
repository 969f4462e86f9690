namespace Cluster.Api.Server.Http;

/// <summary>Bounds of the API. Tests shorten them.</summary>
internal sealed record ApiLimits
{
    /// <summary>How long a write waits for a leader to appear: longer than an election takes.</summary>
    public TimeSpan LeaderWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often it looks.</summary>
    public TimeSpan LeaderPoll { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a write waits for its commitment.</summary>
    public TimeSpan CommitWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long one stream may be silent before a comment shows that it lives.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest that a long poll waits.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many event streams and waiting requests are open at most.</summary>
    public int Streams { get; init; } = 10_000;

    /// <summary>How many bytes of encoded events are kept for all streams together. A reader that is further behind than that is told to come again.</summary>
    public long StreamBacklogBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How long a write to a stream may wait for its reader before the connection is cut.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many bytes of one response are held for a reader that does not read, beside what the kernel holds.</summary>
    public long ResponseBufferBytes { get; init; } = 16 * 1024;
}
