using Cluster.Client;
using Cluster.Consensus;
using Cluster.Locks.Mastering;
using Cluster.Membership.Protocol;
using Microsoft.Extensions.Logging;

namespace Cluster.Locks.Hosting;

/// <summary>How to run a member of a lock space.</summary>
internal sealed record LockSpaceHostOptions
{
    /// <summary>The space's and the group's name.</summary>
    public required string Name { get; init; }

    /// <summary>Who masters resources.</summary>
    public required MasteringPolicy Policy { get; init; }

    /// <summary>The weakest evidence on which the group goes on without a member's node.</summary>
    public required Evidence RequiredEvidence { get; init; }

    /// <summary>What other members are told instead of the network's own address; null: that address.</summary>
    public string? Advertise { get; init; }

    /// <summary>Where to log.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>The lease's clock.</summary>
    public Func<MonotonicTime> Clock { get; init; } = static () => BootTime.Now;
}
