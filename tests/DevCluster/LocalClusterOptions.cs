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

    /// <summary>Gives the daemons a password that the BMCs refuse.</summary>
    public bool WrongBmcPassword { get; init; }

    /// <summary>What is done to a node that was declared down: reboot or off.</summary>
    public string OnDown { get; init; } = "reboot";

    /// <summary>The timing profile: lan or fast.</summary>
    public string Timing { get; init; } = "lan";
}
