using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cluster.Locks.UserSpace.Client;

/// <summary>How to connect to lockd.</summary>
public sealed record LockdClientOptions
{
    /// <summary>How long connecting and the greeting may take together. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where failures of blocking callbacks are logged. Default: nowhere.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
