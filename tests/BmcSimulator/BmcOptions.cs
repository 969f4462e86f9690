using System.Net;

namespace Cluster.Tests.BmcSimulator;

/// <summary>How a simulated BMC is set up.</summary>
public sealed record BmcOptions
{
    /// <summary>The address it listens at.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Its UDP port there; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Its users.</summary>
    public required IReadOnlyList<BmcUser> Users { get; init; }

    /// <summary>What it switches.</summary>
    public required IPowerSwitch Power { get; init; }

    /// <summary>The cipher suites it agrees to, of 3 and 17.</summary>
    public IReadOnlyList<int> Suites { get; init; } = [3, 17];
}
