using Cluster.Api.Contract;
using Cluster.Tests.DevCluster;
using Cluster.Tests.Support;
using Cluster.Tests.Support.Network;

namespace Cluster.Integration.Tests.Namespaces;

/// <summary>
/// Two nodes, of which one goes on alone after it has had the other switched off. The link between them is cut at random moments; the way to the BMCs is not.
/// Never do both act for the cluster, and never are both switched off. CLUSTER_NETNS=full makes more rounds.
/// </summary>
public class TwoNodeTests(ITestOutputHelper output)
{
    private const string Settings = "quorum:\n  twoNode: true\n  twoNodeDelay: 3s\n";

    [Fact]
    public async Task A_link_that_is_cut_for_long_costs_the_side_that_is_not_favoured_its_life_and_nobody_else()
    {
        await using NamespacedCluster cluster = await StartAsync();
        await cluster.SettleAsync();
        cluster.Apply(LinkCuts.None.WithPair(1, 2, 0));

        await cluster.Running.UntilAsync(
            "n1 goes on alone and n2 is proven off",
            [cluster.Nodes[0]],
            document => document.Quorum is { Quorate: true, Lease.Held: true } && document.Nodes.Single(node => node.Name == "n2").State == NodeState.Fenced);

        // It is booted again by its BMC, and from boot it neither fences nor acts.
        await cluster.Running.UntilAsync("n2 runs again", [cluster.Nodes[1]], document => document.AnsweredBy == "n2");
        DateTime again = DateTime.UtcNow;
        await Task.Delay(TimeSpan.FromSeconds(Scenarios.Full ? 30 : 6), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(cluster.Samples, sample => sample.Name == "n2" && sample.Asked > again && sample.LeaseRemaining > TimeSpan.Zero);

        cluster.Heal();
        IReadOnlyList<CloudEvent> events = await cluster.SettleAsync();
        Assert.DoesNotContain(events, each => NamespacedCluster.VictimOf(each) == "n1");
        cluster.AssertOneSide(events);
    }

    [Fact]
    public async Task When_the_favoured_node_dies_the_other_has_it_switched_off_and_goes_on()
    {
        await using NamespacedCluster cluster = await StartAsync();
        ulong life = ((NodeUpData)(await cluster.SettleAsync()).Last(each => each.Data is NodeUpData { Node: "n1" }).Data).Incarnation;
        cluster.Nodes[0].Power.Hang();

        await cluster.Running.UntilAsync(
            "n2 goes on alone and n1's life is over",
            [cluster.Nodes[1]],
            document => document.Quorum is { Quorate: true, Lease.Held: true }
                && document.Nodes.Single(node => node.Name == "n1") is var n1 && (n1.State == NodeState.Fenced || n1.Incarnation != life));

        IReadOnlyList<CloudEvent> events = await cluster.SettleAsync();
        Assert.Contains(events, each => each.Data is NodeFencedData { Node: "n1", Evidence: Evidence.ObservedOff });
        Assert.DoesNotContain(events, each => NamespacedCluster.VictimOf(each) == "n2");
        cluster.AssertOneSide(events);
    }

    [Fact]
    public async Task Two_that_start_without_a_link_wait_for_each_other_and_fence_nobody()
    {
        await using NamespacedCluster cluster = await StartAsync(LinkCuts.None.WithPair(1, 2, 0));
        foreach (NodeDefinition node in cluster.Nodes)
        {
            await cluster.Running.UntilAsync($"{node.Name} answers", [node], document => document.AnsweredBy == node.Name);
        }

        await Task.Delay(TimeSpan.FromSeconds(Scenarios.Full ? 30 : 6), TestContext.Current.CancellationToken);
        Assert.All(cluster.Samples, sample => Assert.True(sample is { LeadsIn: 0, Incarnation: 0 }, $"alone, and acted for the cluster: {sample}"));

        cluster.Heal();
        Assert.DoesNotContain(await cluster.SettleAsync(), each => NamespacedCluster.VictimOf(each) is not null);
    }

    [Fact]
    public async Task Whenever_the_link_is_cut_at_most_one_of_two_dies_and_never_do_both_act()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        output.WriteLine($"seed {seed}");
        await using NamespacedCluster cluster = await StartAsync();
        IReadOnlyList<CloudEvent> before = await cluster.SettleAsync();
        for (int round = 0; round < (Scenarios.Full ? 40 : 4); round++)
        {
            // Cut, healed and cut again at any moment of what the first cut leads to: waiting, fencing, going on alone, booting, coming back.
            for (int cut = 0; cut < 2; cut++)
            {
                cluster.Apply(LinkCuts.None.WithPair(1, 2, 0));
                await Task.Delay(random.Next(50, 5000), TestContext.Current.CancellationToken);
                cluster.Heal();
                await Task.Delay(random.Next(10, 1500), TestContext.Current.CancellationToken);
            }

            IReadOnlyList<CloudEvent> after = await cluster.SettleAsync();
            string[] victims = [.. after.Skip(before.Count).Where(each => each.Data is NodeDownData).Select(each => NamespacedCluster.VictimOf(each)!)];
            output.WriteLine($"round {round}: down [{string.Join(",", victims)}]");

            // The favoured side lives through every cut: the other is off before its own wait is over.
            Assert.DoesNotContain("n1", victims);
            cluster.AssertOneSide(after);
            before = after;
        }
    }

    private async Task<NamespacedCluster> StartAsync(LinkCuts? cuts = null)
    {
        using (TemporaryFolder folder = new())
        {
            ProcessResult check = await ProcessRunner.RunAsync(
                RepositoryLayout.Program("api/Server", "clusterd"), ["--check", "--config", folder.Secret("quorum.yaml", Settings)], TimeSpan.FromSeconds(30));
            Assert.SkipWhen((check.Output + check.Error).Contains("quorum: is not known", StringComparison.Ordinal), "this build knows no two-node mode");
        }

        return await NamespacedCluster.StartAsync(2, output.WriteLine, cuts, change: options => options with { MoreConfiguration = Settings });
    }
}
