using System.Net;
using Cluster.Membership.Protocol;

namespace Cluster.Locks.UserSpace.Server;

/// <summary>What one lockd serves, and where.</summary>
public sealed record LockdSettings
{
    /// <summary>The Unix socket for clients. The folder must exist; a socket that a dead lockd left behind is replaced.</summary>
    public required string ClientSocket { get; init; }

    /// <summary>Where other lockds reach this one; port 0 takes a free port.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>
    /// What the other lockds are told instead of <see cref="Listen"/>, when something stands in between; null: the same.
    /// </summary>
    public string? Advertise { get; init; }

    /// <summary>The lock spaces to serve; each is a group of the cluster.</summary>
    public required IReadOnlyList<string> Spaces { get; init; }

    /// <summary>The weakest evidence on which a space goes on without a member's node; the same at all members.</summary>
    public Evidence RequiredEvidence { get; init; } = Evidence.ConfirmedByHuman;

    /// <summary>How long clients may take to let go of their connections when lockd leaves in order. Default 2 s.</summary>
    public TimeSpan FarewellTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
