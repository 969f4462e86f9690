using Cluster.Client.Processes;
using Cluster.Client.Protocol;
using Cluster.Membership.Protocol;
using Cluster.Membership;
using Cluster.Runtime.Feed;
using Cluster.Runtime.Loop;
using Cluster.Runtime.MemberSocket;

namespace Cluster.Runtime;

/// <content>What the member socket is given of the node.</content>
public sealed partial class NodeRuntime
{
    private sealed class MemberHost(NodeRuntime runtime) : IMemberHost
    {
        public string ClusterId => runtime._options.ClusterId;

        public NodePeer Self => runtime._options.Own;

        public LeaseBoard Lease => runtime._lease;

        public EventFeed Events => runtime._feed;

        public Task<Snapshot> SnapshotAsync(CancellationToken cancellation) =>
            runtime.ReadAsync(static (node, _) => MemberSnapshots.Of(node.State), cancellation);

        public Task<CommandOutcome> SubmitAsync(Command command, CancellationToken cancellation) =>
            runtime.SubmitAsync(command, cancellation);

        public void DeclareExit(MemberId member, ProcessIdentity process) => runtime._exits.Declare(member, process);
    }
}
