using Cluster.Api.Contract;
using Cluster.Tests.DevCluster;
using Cluster.Tests.Support.Network;

namespace Cluster.Integration.Tests.Namespaces;

/// <summary>
/// Real daemons in network namespaces: links, pairs and nodes cut, in one direction and in both, processes stopped for seconds. No healthy node is fenced, one
/// side at most acts for the cluster, and all tell the same events. Healthy is who reaches a majority. An ordinary run takes a few of each kind;
/// CLUSTER_NETNS=full takes them all.
/// </summary>
public class LinkCutTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Whatever_is_cut_or_stopped_no_healthy_node_is_fenced_and_all_tell_the_same(int nodes)
    {
        await using NamespacedCluster cluster = await NamespacedCluster.StartAsync(nodes, output.WriteLine);
        foreach (Scenario scenario in Scenarios.Full ? Scenarios.Matrix(nodes) : Scenarios.Ordinary(nodes))
        {
            await cluster.RunAsync(scenario);
        }
    }

    [Fact]
    public async Task What_one_network_loses_another_carries()
    {
        const int Nodes = 3;
        await using NamespacedCluster cluster = await NamespacedCluster.StartAsync(Nodes, output.WriteLine, networks: 2);
        foreach (Scenario scenario in Scenarios.OneOfTwoNetworks(Nodes))
        {
            await cluster.RunAsync(scenario);
        }
    }

    [Fact]
    public async Task Nodes_that_start_without_a_network_form_one_cluster_when_it_comes()
    {
        const int Nodes = 3;
        LinkCuts cuts = Enumerable.Range(1, Nodes).Aggregate(LinkCuts.None, (all, node) => all.WithPulled(node, 0));
        await using NamespacedCluster cluster = await NamespacedCluster.StartAsync(Nodes, output.WriteLine, cuts);
        foreach (NodeDefinition node in cluster.Nodes)
        {
            await cluster.Running.UntilAsync($"{node.Name} answers", [node], document => document.AnsweredBy == node.Name);
        }

        // Longer than any election, lease or start-up grace would need to go wrong.
        await Task.Delay(TimeSpan.FromSeconds(Scenarios.Full ? 30 : 5), TestContext.Current.CancellationToken);
        Assert.All(cluster.Samples, sample => Assert.True(sample is { LeadsIn: 0, Incarnation: 0 }, $"alone, and acted for the cluster: {sample}"));

        cluster.Heal();
        IReadOnlyList<CloudEvent> events = await cluster.SettleAsync();
        Assert.Equal(Nodes, events.Count(each => each.Data is NodeUpData));
        Assert.DoesNotContain(events, each => NamespacedCluster.VictimOf(each) is not null);
        cluster.AssertOneSide(events);
    }
}
