using System.Runtime.CompilerServices;
using Cluster.Api.Contract;
using Cluster.Api.Server.Http;
using Cluster.Api.Server.Settings;
using Cluster.Client;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime;

namespace Cluster.Api.Server.Cluster;

/// <summary>The running node as the REST API sees it. Reads run on the node's loop, so they copy and no more.</summary>
internal sealed class RuntimeCluster(NodeRuntime runtime, string name, ClusterProjection projection) : ICluster
{
    /// <summary>A loop that does not answer within this is stuck.</summary>
    private static readonly TimeSpan ReadDeadline = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<LinkDocument> Links => [.. runtime.Peers.Select(LinkProjection.Of)];

    /// <inheritdoc/>
    public Task<ClusterDocument> ReadAsync(CancellationToken cancellation) => OnLoopAsync(projection.Of, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<FenceOperationDocument>> ReadOperationsAsync(
        ulong after, int limit, bool openOnly, CancellationToken cancellation) =>
        OnLoopAsync<IReadOnlyList<FenceOperationDocument>>(
            (node, _) =>
            [
                .. (openOnly ? node.State.OpenOperations : node.State.Operations)
                    .Where(operation => operation.Id.Value > after)
                    .Take(limit)
                    .Select(operation => OperationProjection.Of(operation, node.State)),
            ],
            cancellation);

    /// <inheritdoc/>
    public Task<FenceOperationDocument?> ReadOperationAsync(ulong id, CancellationToken cancellation) => OnLoopAsync(
        (node, _) => node.State.FindOperation(new OperationId(id)) is { } operation ? OperationProjection.Of(operation, node.State) : null,
        cancellation);

    /// <inheritdoc/>
    public Task<EventSlice> ReadEventsAsync(EventPosition after, int limit, CancellationToken cancellation) => OnLoopAsync(
        (node, _) =>
        {
            EventLog events = node.State.Events;
            int first = events.OffsetAfter(after);
            var found = new ClusterEvent[Math.Clamp(events.Count - first, 0, limit)];
            for (int at = 0; at < found.Length; at++)
            {
                found[at] = events[first + at];
            }

            return new EventSlice(found, events.DroppedThrough, events.Last);
        },
        cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ClusterEvent> WatchAsync(
        EventPosition after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using ConfiguredCancelableAsyncEnumerable<ClusterEvent>.Enumerator events =
            runtime.WatchAsync(after, cancellation).ConfigureAwait(false).GetAsyncEnumerator();
        while (true)
        {
            try
            {
                if (!await events.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (EventsTrimmedException)
            {
                throw new EventsGoneException();
            }

            yield return events.Current;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<KnownToken>> ReadTokensAsync(CancellationToken cancellation) =>
        OnLoopAsync<IReadOnlyList<KnownToken>>((node, _) => [.. node.State.Tokens.Select(KnownToken.Of)], cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JoinPeer>> ReadFoundersAsync(CancellationToken cancellation) => OnLoopAsync<IReadOnlyList<JoinPeer>>(
        (node, _) =>
        [
            .. node.Founders.Select(founder => new JoinPeer(
                founder.Id.Value,
                founder.Name,
                node.State.FindNode(founder.Id) is { Addresses.Count: > 0 } record ? record.Addresses : founder.Addresses)),
        ],
        cancellation);

    /// <inheritdoc/>
    public Task<(SettingsView Settings, NodeNumbers Nodes)> ReadSettingsAsync(CancellationToken cancellation) => OnLoopAsync(
        (node, _) => (SettingsView.Of(node), new NodeNumbers([.. node.State.Nodes.Select(record => (record.Id, record.Name))])), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SettingsView>> ReadSettingsHistoryAsync(CancellationToken cancellation) => OnLoopAsync<IReadOnlyList<SettingsView>>(
        (node, _) =>
        {
            var found = new List<SettingsView>();
            EventLog events = node.State.Events;
            for (int at = 0; at < events.Count; at++)
            {
                if (events[at].SettingsChanged is { } change)
                {
                    found.Add(new SettingsView(change.Version, ClusterSettings.From(change.Settings), change.Settings, change.Who, events[at].AtUnixMs));
                }
            }

            return found;
        },
        cancellation);

    /// <inheritdoc/>
    public Task<Command> MakeAssembleAsync(string who, CancellationToken cancellation) =>
        OnLoopAsync((node, _) => node.AssembleByOperator(who), cancellation);

    /// <inheritdoc/>
    public async Task<CommandOutcome> SubmitAsync(Command command, CancellationToken cancellation)
    {
        try
        {
            return await runtime.SubmitAsync(command, cancellation).ConfigureAwait(false);
        }
        catch (RuntimeStoppedException)
        {
            throw Problems.Stopping();
        }
    }

    private async Task<T> OnLoopAsync<T>(Func<ClusterNode, MonotonicTime, T> read, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ReadDeadline);
        try
        {
            return await runtime.ReadAsync(read, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"the node's loop did not answer within {ReadDeadline.TotalSeconds} s");
        }
        catch (RuntimeStoppedException)
        {
            throw Problems.Stopping();
        }
    }
}
