using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Client;

/// <summary>A process's connection to its node's daemon.</summary>
public interface IMembershipClient : IAsyncDisposable
{
    /// <summary>This node's lease, kept current by the daemon.</summary>
    ILease Lease { get; }

    /// <summary>The newest view of the cluster: immutable, with growing version.</summary>
    MembershipSnapshot Current { get; }

    /// <summary>
    /// All events after <paramref name="after"/>, in order, without gap or repeat, across reconnections. Ends by exception only when
    /// <paramref name="cancellation"/> is signalled or the client is disposed.
    /// </summary>
    IAsyncEnumerable<ClusterEvent> WatchAsync(EventPosition after, CancellationToken cancellation);

    /// <summary>Joins a group; ends when the join is committed.</summary>
    /// <exception cref="MembershipException">The daemon refused; the message says why and what to do.</exception>
    Task<IGroupMembership> JoinGroupAsync(GroupJoinOptions options, CancellationToken cancellation);
}
