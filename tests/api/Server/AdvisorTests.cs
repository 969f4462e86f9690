using Cluster.Api.Contract;
using Cluster.Api.Server.Tests.Support;
using Cluster.Membership;

namespace Cluster.Api.Server.Tests;

public sealed class AdvisorTests
{
    [Fact]
    public async Task A_healthy_cluster_needs_nothing() => Assert.Empty((await new FakeCluster().ReadAsync(default)).Attention);

    [Fact]
    public async Task A_wrong_password_is_told_with_the_device_and_both_ways_out()
    {
        var cluster = new FakeCluster();
        cluster.Nodes[2] = FakeCluster.Node(3, "n3", NodeState.Down, 1);
        cluster.AddOperation("n3", FenceOperationPhase.SeekingEvidence, Failed("authentication", "the BMC refused the password of admin"));
        cluster.Groups.Add(new GroupDocument
        {
            Name = "locks",
            Url = "/v1/groups/locks",
            State = GroupState.Stopped,
            Generation = 3,
            RequiredEvidence = Evidence.ObservedOff,
            Members = [],
            Departed = [],
            WaitsFor = ["fencing of n3 (authentication)"],
        });
        IReadOnlyList<AttentionDocument> attention = (await cluster.ReadAsync(default)).Attention;
        Assert.Equal(["n3", "locks"], attention.Select(each => each.Subject));
        Assert.Equal("n3 is down and could not be fenced: authentication failed: the BMC refused the password of admin", attention[0].Problem);
        Assert.Contains("correct the user or the password of bmc-n3", attention[0].Remedy, StringComparison.Ordinal);
        Assert.Contains("after you made sure that n3 is off, run: clusterctl confirm n3 --who", attention[0].Remedy, StringComparison.Ordinal);
        Assert.Contains("waits for fencing of n3", attention[1].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_no_device_can_stop_needs_a_human()
    {
        var cluster = new FakeCluster();
        cluster.Nodes[2] = FakeCluster.Node(3, "n3", NodeState.Down);
        AttentionDocument advice = Assert.Single((await cluster.ReadAsync(default)).Attention);
        Assert.Contains("no fence device", advice.Problem, StringComparison.Ordinal);
        Assert.Contains("clusterctl confirm n3", advice.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fencing_that_is_under_way_needs_only_patience()
    {
        var cluster = new FakeCluster();
        cluster.Nodes[2] = FakeCluster.Node(3, "n3", NodeState.Down, 1);
        cluster.AddOperation("n3", FenceOperationPhase.SeekingEvidence);
        AttentionDocument advice = Assert.Single((await cluster.ReadAsync(default)).Attention);
        Assert.Equal("n3 is down and is being fenced", advice.Problem);
        Assert.DoesNotContain("confirm", advice.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_in_maintenance_that_is_down_waits_for_an_operators_choice()
    {
        var cluster = new FakeCluster();
        cluster.Nodes[2] = FakeCluster.Node(3, "n3", NodeState.Down, 1) with { Maintenance = true };
        AttentionDocument advice = Assert.Single((await cluster.ReadAsync(default)).Attention);
        Assert.Contains("does not switch it off by itself", advice.Problem, StringComparison.Ordinal);
        Assert.Contains("clusterctl maintenance n3 --end", advice.Remedy, StringComparison.Ordinal);
        cluster.AddOperation("n3", FenceOperationPhase.SeekingEvidence);
        Assert.Equal("n3 is down and is being fenced", Assert.Single((await cluster.ReadAsync(default)).Attention).Problem);
    }

    [Fact]
    public async Task A_follower_that_may_wait_for_all_names_the_leader_that_knows()
    {
        var cluster = new FakeCluster { Quorate = false };
        cluster.Settings.Add(cluster.Settings[0] with { Values = ClusterSettings.Default with { Quorum = new QuorumPolicy { WaitForAll = true } } });
        Assert.Contains("n1 says whom it waits for", (await cluster.ReadAsync(default)).Attention[0].Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_quorum_comes_first()
    {
        var cluster = new FakeCluster { Quorate = false, Leader = null };
        cluster.Nodes[2] = FakeCluster.Node(3, "n3", NodeState.Absent);
        IReadOnlyList<AttentionDocument> attention = (await cluster.ReadAsync(default)).Attention;
        Assert.Equal(["quorum", "n3"], attention.Select(each => each.Subject));
        Assert.Contains("at least 2 of the 3 votes", attention[0].Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unreachable", "reachable from n1")]
    [InlineData("privilege", "right to switch power")]
    [InlineData("still-on", "power supply")]
    [InlineData("configuration", "correct the configuration")]
    [InlineData("device", "look at bmc-n3")]
    [InlineData("timed-out", "look at bmc-n3")]
    [InlineData("unknown", "look at bmc-n3")]
    public async Task Every_failure_has_its_remedy(string failure, string remedy)
    {
        var cluster = new FakeCluster();
        cluster.Nodes[2] = FakeCluster.Node(3, "n3", NodeState.Down, 1);
        cluster.AddOperation("n3", FenceOperationPhase.SeekingEvidence, Failed(failure, "so it said"));
        AttentionDocument advice = Assert.Single((await cluster.ReadAsync(default)).Attention);
        Assert.Contains(remedy, advice.Remedy, StringComparison.Ordinal);
    }

    private static FenceAttemptDocument Failed(string failure, string detail) => new()
    {
        Number = 1,
        Executor = "n1",
        Level = 1,
        Action = FenceAttemptAction.Off,
        State = FenceAttemptState.Failed,
        Evidence = Evidence.None,
        Failure = failure,
        Detail = detail,
        Device = "bmc-n3",
        StartedAt = DateTime.UnixEpoch,
        TookMs = 12,
    };
}
