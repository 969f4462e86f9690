using System.Net;
using Cluster.Fencing;
using Cluster.Membership;
using Cluster.Runtime;
using Cluster.Transport.Security;

namespace Cluster.Api.Server.Configuration;

/// <summary>What the configuration file says, checked. Paths are absolute.</summary>
internal sealed record DaemonConfiguration
{
    /// <summary>The configuration file, as messages name it.</summary>
    public required string File { get; init; }

    /// <summary>The folder of the configuration file: relative paths and <c>file:</c> secrets start there.</summary>
    public required string BaseDirectory { get; init; }

    public required string Cluster { get; init; }

    public required NodeEntry Self { get; init; }

    /// <summary>False for a node that joined later: the other nodes of <see cref="Nodes"/> are the founders, and this one is none.</summary>
    public required bool IsFounder { get; init; }

    /// <summary>The founders, which vote at first, and this node; ordered by number.</summary>
    public required IReadOnlyList<NodeEntry> Nodes { get; init; }

    public required string DataDirectory { get; init; }

    /// <summary>The certificates for links to peers; null when they are plain by explicit wish.</summary>
    public required PeerTlsFiles? PeerTls { get; init; }

    /// <summary>The key of the cluster's CA, if this node is to sign the certificates of nodes that join; null otherwise.</summary>
    public required string? AuthorityKey { get; init; }

    /// <summary>At which line of the file they are configured.</summary>
    public required long PeerTlsLine { get; init; }

    public required ApiConfiguration Api { get; init; }

    public required string MemberSocket { get; init; }

    /// <summary>
    /// Like the policies and limits below, how the cluster begins: as soon as it has settings of its own, those count, and this is not looked at any more.
    /// </summary>
    public required MembershipTiming Timing { get; init; }

    public required QuorumPolicy Quorum { get; init; }

    public required GroupPolicy Groups { get; init; }

    public required HistoryLimits Limits { get; init; }

    /// <summary>The policy without the levels, which follow from <see cref="Devices"/>.</summary>
    public required FencePolicy Fencing { get; init; }

    public required IReadOnlyList<FenceDevice> Devices { get; init; }

    /// <summary>At which line of the file each fence device, by its name, begins.</summary>
    public required IReadOnlyDictionary<string, long> DeviceLines { get; init; }

    /// <summary>How the log is kept.</summary>
    public required LogConfiguration Log { get; init; }

    /// <summary>Which executables are run for events; null for none.</summary>
    public required HookConfiguration? Hooks { get; init; }

    public required LogLevel LogLevel { get; init; }
}

/// <summary>Executables that are run for events.</summary>
/// <param name="Directory">Where they are.</param>
/// <param name="Timeout">How long one run may take.</param>
/// <param name="AtOnce">How many run at once.</param>
internal sealed record HookConfiguration(string Directory, TimeSpan Timeout, int AtOnce);

/// <summary>How the replicated log is kept on this node.</summary>
/// <param name="SegmentBytes">The size of its files.</param>
/// <param name="Compaction">When it is shortened.</param>
internal sealed record LogConfiguration(int SegmentBytes, CompactionPolicy Compaction);

/// <summary>One configured node.</summary>
/// <param name="Id">Its number, never 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="Addresses">Where its peers reach it, the preferred address first.</param>
internal sealed record NodeEntry(uint Id, string Name, IReadOnlyList<PeerAddress> Addresses);

/// <summary>Where the REST API listens.</summary>
/// <param name="Listen">The TCP address.</param>
/// <param name="Advertise">Where others reach it.</param>
/// <param name="Socket">The Unix socket.</param>
/// <param name="AllowPlainRemote">Whether it may listen beyond loopback without encryption.</param>
internal sealed record ApiConfiguration(IPEndPoint Listen, Uri Advertise, string Socket, bool AllowPlainRemote);
