using Cluster.Api.Contract;
using Cluster.Client;
using Cluster.Tests.DevCluster;

namespace Cluster.Integration.Tests;

/// <summary>S3 and S4 when BMCs fail: never a success, the group stays stopped and says why.</summary>
public class FencingTroubleTests
{
    [Theory]
    [InlineData(BmcTrouble.WrongPassword, "authentication")]
    [InlineData(BmcTrouble.Unreachable, "unreachable")]
    [InlineData(BmcTrouble.StaysOn, "still-on")]
    public async Task A_bmc_that_fails_never_counts_as_success_and_the_group_says_what_it_waits_for(BmcTrouble trouble, string failure)
    {
        await using RunningCluster cluster = await RunningCluster.StartAsync(options => options with { BmcTrouble = trouble, AttemptDeadline = "3s" });
        List<MembershipClient> clients = [];
        try
        {
            foreach (NodeDefinition node in cluster.Nodes)
            {
                MembershipClient client = await MembershipClient.ConnectAsync(node.MembersSocket, TestContext.Current.CancellationToken);
                clients.Add(client);
                await client.JoinGroupAsync(new GroupJoinOptions("locks", $"of-{node.Name}"), TestContext.Current.CancellationToken);
            }

            NodeDefinition victim = cluster.Nodes[2];
            NodeDefinition[] survivors = [cluster.Nodes[0], cluster.Nodes[1]];
            victim.Power.Hang();

            ClusterDocument document = await cluster.UntilAsync(
                $"two attempts have failed with {failure}",
                survivors,
                seen => seen.OpenFenceOperations.Any(operation => operation.Attempts.Count(attempt => attempt.Failure == failure) >= 2));

            GroupDocument group = document.Groups.Single(entry => entry.Name == "locks");
            Assert.Equal(GroupState.Stopped, group.State);
            Assert.Contains(group.WaitsFor, reason => reason.Contains("fencing of n3", StringComparison.Ordinal) && reason.Contains(failure, StringComparison.Ordinal));
            Assert.Equal(NodeState.Down, document.Nodes.Single(node => node.Name == "n3").State);
            Assert.DoesNotContain(LocalCluster.BmcPassword, await cluster.GetTextAsync(survivors[0], "/v1/fencing/operations"), StringComparison.Ordinal);

            victim.Power.Off();
            var (status, body, _) = await cluster.PostAsync(
                survivors[0], "/v1/nodes/n3/confirm-fenced", """{"who":"ann","node":"n3","note":"pulled the plug"}""");
            Assert.True(status == System.Net.HttpStatusCode.OK, body);
            document = await cluster.UntilAsync(
                "the group is started again", survivors, seen => seen.Groups.Single(entry => entry.Name == "locks").State != GroupState.Stopped);
            Assert.Equal(Evidence.ConfirmedByHuman, document.Nodes.Single(node => node.Name == "n3").Evidence);
            Assert.Equal("ann", document.Nodes.Single(node => node.Name == "n3").ConfirmedBy);
        }
        finally
        {
            foreach (MembershipClient client in clients)
            {
                await client.DisposeAsync();
            }
        }
    }
}
