using Cluster.Api.Contract;
using Cluster.Api.Server.Settings;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Cluster;

/// <summary>All that the REST API needs of the node it speaks for. Every call ends within a few seconds or by its token.</summary>
internal interface ICluster
{
    /// <summary>The cluster's id.</summary>
    string Name { get; }

    /// <summary>The whole cluster as this node knows it, read at one moment.</summary>
    /// <exception cref="TimeoutException">The node's loop does not answer.</exception>
    Task<ClusterDocument> ReadAsync(CancellationToken cancellation);

    /// <summary>Fence operations with an id greater than <paramref name="after"/>, oldest first.</summary>
    Task<IReadOnlyList<FenceOperationDocument>> ReadOperationsAsync(
        ulong after, int limit, bool openOnly, CancellationToken cancellation);

    /// <summary>One fence operation, or null.</summary>
    Task<FenceOperationDocument?> ReadOperationAsync(ulong id, CancellationToken cancellation);

    /// <summary>Retained events after a position, at most <paramref name="limit"/>.</summary>
    Task<EventSlice> ReadEventsAsync(EventPosition after, int limit, CancellationToken cancellation);

    /// <summary>All events after a position as they are committed.</summary>
    /// <exception cref="EventsGoneException">Events after the position are not retained any more.</exception>
    IAsyncEnumerable<ClusterEvent> WatchAsync(EventPosition after, CancellationToken cancellation);

    /// <summary>The join tokens, by id.</summary>
    Task<IReadOnlyList<KnownToken>> ReadTokensAsync(CancellationToken cancellation);

    /// <summary>The nodes that the cluster began with, with where they are reached as far as it is known.</summary>
    Task<IReadOnlyList<JoinPeer>> ReadFoundersAsync(CancellationToken cancellation);

    /// <summary>The settings that this node goes by, and the nodes that they may name.</summary>
    Task<(SettingsView Settings, NodeNumbers Nodes)> ReadSettingsAsync(CancellationToken cancellation);

    /// <summary>The settings after each change that is retained, oldest first.</summary>
    Task<IReadOnlyList<SettingsView>> ReadSettingsHistoryAsync(CancellationToken cancellation);

    /// <summary>The ways from this node to the others, as they are now.</summary>
    IReadOnlyList<LinkDocument> Links { get; }

    /// <summary>The command with which an operator says to go on without the nodes that were not seen.</summary>
    Task<Command> MakeAssembleAsync(string who, CancellationToken cancellation);

    /// <summary>Hands a command to the leader, wherever it is, and waits until it is committed.</summary>
    /// <exception cref="OperationCanceledException">The token was signalled; the command may still take effect.</exception>
    Task<CommandOutcome> SubmitAsync(Command command, CancellationToken cancellation);
}
