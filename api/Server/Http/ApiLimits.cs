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
    public int LongestWaitMs { get; init; } = 30_000;

    /// <summary>How many event streams and waiting requests are open at most.</summary>
    public int Streams { get; init; } = 10_000;
}
