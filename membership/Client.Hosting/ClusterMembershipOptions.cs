namespace Cluster.Client.Hosting;

/// <summary>How a host's process uses its node's daemon. Validated when the host starts.</summary>
public sealed class ClusterMembershipOptions
{
    /// <summary>The daemon's member socket (<c>members.socket</c> of its configuration): an absolute path of at most 107 bytes.</summary>
    public string SocketPath { get; set; } = MembershipClient.DefaultSocketPath;

    /// <summary>
    /// How long the host's start waits for the daemon's first answer; the start fails after that. Zero, the default: it does not wait, and the
    /// client connects when the daemon is there. At most one hour.
    /// </summary>
    public TimeSpan WaitForDaemon { get; set; }
}
