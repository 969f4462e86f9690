using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Transport;
using Cluster.Transport.Security;

namespace Cluster.Runtime;

/// <summary>The settings of one node's daemon.</summary>
public sealed record NodeRuntimeOptions
{
    /// <summary>How long followers may wait to be told of a commit when no later entry brings it along.</summary>
    internal static readonly TimeSpan CommitNoticeDelay = TimeSpan.FromMilliseconds(1);

    /// <summary>Names the cluster; a peer that names another is refused, and so is a data folder of another.</summary>
    public required string ClusterId { get; init; }

    /// <summary>This node's number.</summary>
    public required NodeId Self { get; init; }

    /// <summary>
    /// The nodes that the cluster begins with, the same on every node; and this node, which listens at its own entry's addresses. Read at the first start and kept in
    /// the data folder; who is added and removed later stands in the log.
    /// </summary>
    public required IReadOnlyList<NodePeer> Nodes { get; init; }

    /// <summary>
    /// False for a node that is added to a cluster that exists: the other entries of <see cref="Nodes"/> are its founders, all of them, and this one is none. Counts at the first
    /// start only.
    /// </summary>
    public bool IsFounder { get; init; } = true;

    /// <summary>Where the write-ahead log lives; made when missing. Belongs to one daemon at a time.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The Unix socket for local lock managers; its folder is made when missing.</summary>
    public required string MemberSocketPath { get; init; }

    /// <summary>
    /// With what this node proves itself to its peers and tests them. Null: plain links that trust everyone who reaches them; that is
    /// logged as a warning and counted by a metric.
    /// </summary>
    public PeerTlsFiles? PeerTls { get; init; }

    /// <summary>
    /// Timing of lease, detector and elections. In force until the cluster has settings (<see cref="ClusterState.Settings"/>), like the next four.
    /// </summary>
    public MembershipTiming Timing { get; init; } = MembershipTiming.Lan;

    /// <summary>How fence operations are driven. The levels are always this daemon's own.</summary>
    public FencePolicy Fencing { get; init; } = new();

    /// <summary>Who votes, and what is done when votes are missing.</summary>
    public QuorumPolicy Quorum { get; init; } = new();

    /// <summary>What becomes of group members that do not acknowledge.</summary>
    public GroupPolicy Groups { get; init; } = new();

    /// <summary>How much history is kept.</summary>
    public HistoryLimits Limits { get; init; } = new();

    /// <summary>Where this node's REST API is reached; told to the others at the join.</summary>
    public string ApiUrl { get; init; } = "";

    /// <summary>
    /// Identifies the boot of this machine; null reads /proc/sys/kernel/random/boot_id. To be given only where processes stand
    /// for machines: whoever gives a new one vouches that nothing of the former life still runs.
    /// </summary>
    public string? BootId { get; init; }

    /// <summary>Writes to disk go to segments of this many bytes.</summary>
    public int LogSegmentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many entries before a snapshot stay in the log, so that a node that is a little behind needs no snapshot.</summary>
    public int TrailingEntries { get; init; } = 5000;

    /// <summary>When the state is saved and the log shortened.</summary>
    public CompactionPolicy Compaction { get; init; } = new();

    /// <summary>
    /// Ends the process after a failed write or a broken invariant (S7); must not return control to a process that goes on
    /// serving. Null: the process ends at once with exit code 70, without running any handler.
    /// </summary>
    public Action<string, Exception>? FailFast { get; init; }

    /// <summary>The highest feature level that this build understands; other than the default only in tests of mixed builds.</summary>
    internal uint FeatureLevel { get; init; } = FeatureLevels.Understood;

    /// <summary>Runs with each sync of the log, as a slow disk would; for tests.</summary>
    internal Action? WithEachSync { get; init; }

    /// <summary>This node's entry in <see cref="Nodes"/>.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    internal NodePeer Own => Nodes.FirstOrDefault(node => node.Id == Self)
        ?? throw new ArgumentException($"this node has number {Self.Value}, but the list of nodes does not contain it; add it");

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(ClusterId);
        ArgumentException.ThrowIfNullOrWhiteSpace(DataDirectory);
        ArgumentException.ThrowIfNullOrWhiteSpace(MemberSocketPath);
        Timing.Validate();
        _ = Own;
        foreach (NodePeer node in Nodes)
        {
            // A node that was added in the place of a founder may bear that one's name; no two founders do.
            bool Clashes(NodePeer other) => other.Id == node.Id || (other.Name == node.Name && (IsFounder || (node.Id != Self && other.Id != Self)));
            if (node.Id.IsNone || Nodes.Count(other => ReferenceEquals(other, node) || Clashes(other)) != 1)
            {
                throw new ArgumentException(
                    $"node {node.Id.Value} ({node.Name}) is not named once: give each node a number from 1 on and a name of its own");
            }

            if (node.Addresses.Count is 0 or > LinkIdentity.MaxAddresses)
            {
                throw new ArgumentException(
                    $"node {node.Id.Value} ({node.Name}) has {node.Addresses.Count} addresses; give it 1 to {LinkIdentity.MaxAddresses}");
            }
        }
    }
}
