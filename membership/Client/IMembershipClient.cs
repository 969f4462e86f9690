using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Client;

/// <summary>A process's connection to its node's daemon.</summary>
public interface IMembershipClient : IAsyncDisposable
{
    /// <summary>This node's lease, kept current by the daemon.</summary>
    ILease Lease { get; }

    /// <summary>
    /// The newest view of the cluster: immutable, with growing version. <see cref="MembershipSnapshot.None"/> (version 0) until the daemon has
    /// answered for the first time.
    /// </summary>
    MembershipSnapshot Current { get; }

    /// <summary>
    /// The newest view and those that follow, from the daemon's first answer on, with growing versions. A reader that is slower than the changes
    /// finds the newest, not every one, and costs nothing meanwhile; who needs every event reads <see cref="WatchAsync"/> from the position of a
    /// snapshot. Ends by exception only: by <paramref name="cancellation"/>, when the client is disposed, or when the daemon refused it for good.
    /// </summary>
    /// <exception cref="MembershipException">The daemon refused this client; the message says why.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    IAsyncEnumerable<MembershipSnapshot> SnapshotsAsync(CancellationToken cancellation);

    /// <summary>
    /// All events after <paramref name="after"/>, in order, without gap or repeat, across reconnections. Ends by exception only
    /// when <paramref name="cancellation"/> is signalled, the client is disposed, or the position is too old. Each watch has a
    /// connection of its own: a slow reader delays nobody.
    /// </summary>
    /// <exception cref="EventsTrimmedException">
    /// Events after <paramref name="after"/> are not retained any more: go on from the position of <see cref="Current"/>.
    /// </exception>
    IAsyncEnumerable<ClusterEvent> WatchAsync(EventPosition after, CancellationToken cancellation);

    /// <summary>
    /// Joins a group; ends when the join is committed, which waits until the node is a member. When <paramref
    /// name="cancellation"/> is signalled first, a join that succeeds nevertheless is undone.
    /// </summary>
    /// <exception cref="MembershipException">The daemon refused; the message says why and what to do.</exception>
    Task<IGroupMembership> JoinGroupAsync(GroupJoinOptions options, CancellationToken cancellation);
}
