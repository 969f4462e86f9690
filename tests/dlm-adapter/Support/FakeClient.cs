using System.Runtime.CompilerServices;
using Cluster.Client;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Locks.Tests.Support;

/// <summary>A process's view of the <see cref="FakeCluster"/> from one node.</summary>
public sealed class FakeClient(FakeCluster cluster, FakeNode node) : IMembershipClient
{
    public FakeNode Node { get; } = node;

    public ILease Lease => Node.Lease;

    public MembershipSnapshot Current => cluster.Snapshot(Node);

    /// <summary>No lock manager follows the snapshots. The stream stays silent after the first.</summary>
    public async IAsyncEnumerable<MembershipSnapshot> SnapshotsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return Current;
        await Task.Delay(Timeout.Infinite, cancellation);
    }

    /// <summary>No lock manager watches cluster events: the groups say all it needs. The stream stays silent.</summary>
    public async IAsyncEnumerable<ClusterEvent> WatchAsync(
        EventPosition after,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        yield break;
    }

    public Task<IGroupMembership> JoinGroupAsync(GroupJoinOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult<IGroupMembership>(cluster.Join(Node, options));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
