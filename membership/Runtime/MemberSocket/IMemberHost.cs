using Cluster.Client.Processes;
using Cluster.Client.Protocol;
using Cluster.Membership.Protocol;
using Cluster.Membership;
using Cluster.Runtime.Feed;
using Cluster.Runtime.Loop;

namespace Cluster.Runtime.MemberSocket;

/// <summary>What the member socket needs of the node.</summary>
internal interface IMemberHost
{
    /// <summary>The cluster's id.</summary>
    string ClusterId { get; }

    /// <summary>This node.</summary>
    NodePeer Self { get; }

    /// <summary>Lease and incarnation.</summary>
    LeaseBoard Lease { get; }

    /// <summary>The events.</summary>
    EventFeed Events { get; }

    /// <summary>The nodes as of some position of the event order.</summary>
    Task<Snapshot> SnapshotAsync(CancellationToken cancellation);

    /// <summary>Brings a command to its outcome.</summary>
    Task<CommandOutcome> SubmitAsync(Command command, CancellationToken cancellation);

    /// <summary>A process says that its member holds nothing any more.</summary>
    void DeclareExit(MemberId member, ProcessIdentity process);
}
