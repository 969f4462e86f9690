using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests;

/// <summary>A machine comes, votes, comes back, and goes for good.</summary>
public sealed class NewcomerTests
{
    [Fact]
    public async Task A_node_that_is_added_votes_comes_back_from_its_folder_and_leaves_without_a_trace()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        await Eventually.Holds(
            () => cluster.Nodes.All(node => node.Runtime.Status.FeatureLevel >= FeatureLevels.Membership), "the level to be raised everywhere");
        (TestNode newcomer, NodePeer peer) = cluster.Newcomer(4);

        await SubmitAsync(cluster, new Command
        {
            RequiredLevel = FeatureLevels.Membership,
            NodeAdd = new NodeAdd { Node = 4, Name = "n4", Who = "ann", Addresses = { peer.Addresses.Select(address => address.ToString()) } },
        });
        await newcomer.StartAsync();

        await newcomer.WaitUntilUpAsync();
        await Eventually.Holds(async () => await VotersAsync(cluster[1]) == "1 2 3 4", "the newcomer to vote");
        await cluster[2].WaitForEventAsync(e => e.NodeUp?.Name == "n4", "the newcomer");

        await newcomer.KillAsync();
        await newcomer.StartAsync();
        await newcomer.WaitUntilUpAsync();

        await SubmitAsync(cluster, new Command
        {
            RequiredLevel = FeatureLevels.Membership,
            NodeConfigure = new NodeConfigure { Node = 4, Draining = true, Who = "ann" },
        });
        await Eventually.Holds(() => newcomer.Runtime.ReadAsync((node, _) => node.State.FindNode("n4")!.IsDraining, CancellationToken.None), "the newcomer to know");
        Assert.True(await newcomer.StopAsync());

        Assert.Equal("1 2 3", await VotersAsync(cluster[1]));
        await SubmitAsync(cluster, new Command { RequiredLevel = FeatureLevels.Membership, NodeRemove = new NodeRemove { Node = 4, Who = "ann" } });
        await Eventually.Holds(
            () => cluster[1].Runtime.ReadAsync((node, _) => !node.Log.Configuration.IsMember(new NodeId(4)), CancellationToken.None), "the newcomer to take no part");
        Assert.DoesNotContain(cluster[1].Seen(), e => e.FenceOpened is { Name: not "n4" });
    }

    private static async Task SubmitAsync(TestCluster cluster, Command command)
    {
        CommandOutcome outcome = await Eventually.Ends(cluster[1].Runtime.SubmitAsync(command, CancellationToken.None), "the command");
        Assert.True(outcome.Accepted, outcome.Detail);
    }

    private static Task<string> VotersAsync(TestNode node) =>
        node.Runtime.ReadAsync((core, _) => string.Join(' ', core.State.Voters.Select(voter => voter.Value)), CancellationToken.None);
}
