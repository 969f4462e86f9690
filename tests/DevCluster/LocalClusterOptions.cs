using Cluster.Tests.Support.Network;

namespace Cluster.Tests.DevCluster;

/// <summary>What a development cluster is made of.</summary>
public sealed record LocalClusterOptions
{
    /// <summary>How many nodes.</summary>
    public int NodeCount { get; init; } = 3;

    /// <summary>The folder that holds everything; made when missing.</summary>
    public required string Folder { get; init; }

    /// <summary>A lock server on each node.</summary>
    public bool WithLockd { get; init; } = true;

    /// <summary>A workload on each node that takes locks and increments shared counters.</summary>
    public bool WithWorkload { get; init; }

    /// <summary>Links between the daemons without TLS.</summary>
    public bool PlainLinks { get; init; }

    /// <summary>How BMCs misbehave.</summary>
    public BmcTrouble BmcTrouble { get; init; }

    /// <summary>How long one fence attempt may take, as the configuration writes it.</summary>
    public string AttemptDeadline { get; init; } = "20s";

    /// <summary>What is done to a node that was declared down: reboot or off.</summary>
    public string OnDown { get; init; } = "reboot";

    /// <summary>
    /// Puts each node into a network namespace of its own, and the BMCs into theirs; null for loopback. It belongs to the caller, who disposes it after the
    /// cluster, and must have as many nodes.
    /// </summary>
    public NamespaceNetwork? Network { get; init; }

    /// <summary>Further lines for every node's configuration file.</summary>
    public string MoreConfiguration { get; init; } = "";

    /// <summary>The timing profile: lan or fast.</summary>
    public string Timing { get; init; } = "lan";
}

/// <summary>How BMCs misbehave.</summary>
public enum BmcTrouble
{
    /// <summary>They do not.</summary>
    None,

    /// <summary>They refuse the password that the daemons have.</summary>
    WrongPassword,

    /// <summary>Nobody answers at their address.</summary>
    Unreachable,

    /// <summary>They accept the order to switch off, and stay on.</summary>
    StaysOn,
}
