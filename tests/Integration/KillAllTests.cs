using Cluster.Client;
using Cluster.Tests.DevCluster;

namespace Cluster.Integration.Tests;

/// <summary>S1 and S7: what anybody was told survives SIGKILL of all nodes at the same moment, unchanged.</summary>
public class KillAllTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_event_is_lost_or_changed_when_all_nodes_are_killed_at_a_random_moment(int seed)
    {
        await using RunningCluster cluster = await RunningCluster.StartAsync();
        Random random = new(seed);
        List<string> told = [];
        for (int round = 0; round < 2; round++)
        {
            using CancellationTokenSource stop = new();
            Task<List<string>>[] watchers = [.. cluster.Nodes.Select(node => CollectAsync(cluster, node, stop.Token))];
            Task[] busy = [.. cluster.Nodes.Select(node => KeepBusyAsync(node, stop.Token))];
            await Task.Delay(random.Next(300, 2_000), TestContext.Current.CancellationToken);

            Parallel.ForEach(cluster.Nodes, node => node.Power.Off());
            await stop.CancelAsync();
            await Task.WhenAll(busy);
            foreach (Task<List<string>> watcher in watchers)
            {
                List<string> seen = await watcher;
                told = seen.Count > told.Count ? seen : told;
            }

            Assert.NotEmpty(told);
            foreach (NodeDefinition node in cluster.Nodes)
            {
                node.Power.On();
            }

            await cluster.AllUpAsync();
            foreach (NodeDefinition node in cluster.Nodes)
            {
                List<string> now = await CaughtUpAsync(cluster, node, told.Count);
                Assert.Equal(told, now.Take(told.Count));
            }
        }

        Assert.Contains(told, line => line.Contains("group-start", StringComparison.Ordinal));
    }

    private static async Task<List<string>> CaughtUpAsync(RunningCluster cluster, NodeDefinition node, int count)
    {
        List<string> events = [];
        for (int i = 0; i < 200 && events.Count < count; i++)
        {
            events = await cluster.EventsAsync(node);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return events;
    }

    /// <summary>Reads everything a node tells, until the node is gone.</summary>
    private static async Task<List<string>> CollectAsync(RunningCluster cluster, NodeDefinition node, CancellationToken stop)
    {
        List<string> seen = [];
        while (!stop.IsCancellationRequested)
        {
            try
            {
                seen = await cluster.EventsAsync(node);
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException)
            {
                break;
            }
        }

        return seen;
    }

    /// <summary>Joins and leaves a group again and again, so that there is always something being committed.</summary>
    private static async Task KeepBusyAsync(NodeDefinition node, CancellationToken stop)
    {
        try
        {
            await using MembershipClient client = await MembershipClient.ConnectAsync(node.MembersSocket, stop);
            while (!stop.IsCancellationRequested)
            {
                IGroupMembership membership = await client.JoinGroupAsync(new GroupJoinOptions("busy", $"of-{node.Name}"), stop);
                await membership.LeaveAsync(stop);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or MembershipException or IOException or System.Net.Sockets.SocketException)
        {
            // The node was killed under us.
        }
    }
}
