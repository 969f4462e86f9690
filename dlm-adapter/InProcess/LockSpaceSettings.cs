using System.Net;
using Cluster.Membership.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cluster.Locks.InProcess;

/// <summary>Which lock space to join, and how.</summary>
public sealed record LockSpaceSettings
{
    /// <summary>The space's name; it is the group's too: 1 to 64 characters of <c>a-z 0-9 . _ -</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where other members reach this process; port 0 takes a free one. Default: loopback, any free port.</summary>
    public IPEndPoint ListenAddress { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>
    /// What other members are told instead, as <c>address:port</c> or <c>name:port</c>; null: the listening address.
    /// </summary>
    public string? Advertise { get; init; }

    /// <summary>The weakest evidence on which the space goes on without a member's node; the same at all members.</summary>
    public Evidence RequiredEvidence { get; init; } = Evidence.ConfirmedByHuman;

    /// <summary>Where the space logs. Default: nowhere.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
