using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Cluster.Client;
using Cluster.Consensus;
using Cluster.Fencing;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime;

namespace Cluster.Api.Server.Fencing;

/// <summary>
/// Which levels of fence devices each node has. Devices name nodes, and which node bears a name is known only while the cluster runs: nodes come and go. Read
/// on the node's loop, written by whoever follows the list of nodes: a reader sees one whole list or the next.
/// </summary>
internal sealed class DeviceLevels(FenceDeviceSet devices) : IReadOnlyDictionary<NodeId, IReadOnlyList<int>>
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private volatile ImmutableSortedDictionary<NodeId, IReadOnlyList<int>> _levels = ImmutableSortedDictionary<NodeId, IReadOnlyList<int>>.Empty;

    public IEnumerable<NodeId> Keys => _levels.Keys;

    public IEnumerable<IReadOnlyList<int>> Values => _levels.Values;

    public int Count => _levels.Count;

    public IReadOnlyList<int> this[NodeId key] => _levels[key];

    /// <summary>These are the nodes from now on.</summary>
    public void Know(IEnumerable<(NodeId Id, string Name)> nodes) =>
        _levels = nodes.ToImmutableSortedDictionary(node => node.Id, node => devices.Levels(node.Name));

    /// <summary>Follows the list of nodes until it is stopped.</summary>
    public async Task FollowAsync(NodeRuntime runtime, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                EventPosition position = await ReadAsync(runtime, cancellation).ConfigureAwait(false);
                await foreach (ClusterEvent each in runtime.WatchAsync(position, cancellation).ConfigureAwait(false))
                {
                    if (each.KindCase is ClusterEvent.KindOneofCase.NodeAdded or ClusterEvent.KindOneofCase.NodeRemoved)
                    {
                        await ReadAsync(runtime, cancellation).ConfigureAwait(false);
                    }
                }

                return;
            }
            catch (EventsTrimmedException)
            {
                // A snapshot took the place of the events: the list is read anew.
                await Task.Delay(s_pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception error) when (error is OperationCanceledException or RuntimeStoppedException)
            {
                return;
            }
        }
    }

    public bool ContainsKey(NodeId key) => _levels.ContainsKey(key);

    public bool TryGetValue(NodeId key, [MaybeNullWhen(false)] out IReadOnlyList<int> value) => _levels.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<NodeId, IReadOnlyList<int>>> GetEnumerator() => _levels.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private async Task<EventPosition> ReadAsync(NodeRuntime runtime, CancellationToken cancellation)
    {
        ((NodeId, string)[] nodes, EventPosition position) = await runtime.ReadAsync(
            (node, _) => (node.State.Nodes.Select(record => (record.Id, record.Name)).ToArray(), node.State.Events.Last), cancellation).ConfigureAwait(false);
        Know(nodes);
        return position;
    }
}
