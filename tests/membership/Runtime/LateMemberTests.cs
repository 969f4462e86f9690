using Cluster.Client;
using Cluster.Membership;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests;

/// <summary>A member that does not acknowledge, over real daemons.</summary>
public sealed class LateMemberTests
{
    private static readonly TimeSpan s_within = 2 * (TestCluster.Timing.ElectionTimeoutMax + TestCluster.Timing.LeaseBound);

    [Fact]
    public async Task It_is_expelled_and_told_why_and_the_group_goes_on_once_it_says_that_it_holds_nothing()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        await LevelReachedAsync(cluster);
        Member good = await Member.JoinAsync(cluster, cluster[1], "g", s_within);
        await good.ReadyWithAsync(1);
        Member late = await Member.JoinAsync(cluster, cluster[2], "g", s_within, acknowledges: false);

        await Eventually.Ends(late.Following, "the late member to be told");
        Assert.Contains("was expelled: it did not acknowledge", Assert.IsType<GroupChange.Ended>(late.Changes()[^1]).Reason, StringComparison.Ordinal);
        Assert.Contains(
            await WaitsForAsync(cluster[1]),
            reason => reason.StartsWith($"end of process {Environment.ProcessId} on n2 ({late.Stay.Id}, expelled", StringComparison.Ordinal));
        Assert.Equal(GroupPhase.Stopped, await PhaseAsync(cluster[1]));
        await late.Stay.DisposeAsync();

        GroupChange.Started start = await good.ReadyWithAsync(1);
        Assert.Equal(late.Stay.Id, Assert.Single(start.Departed).Id);
    }

    private static async Task LevelReachedAsync(TestCluster cluster) => await Eventually.Holds(
        () => cluster.Nodes.All(node => node.Runtime.Status.FeatureLevel == FeatureLevels.Understood), "the level to be raised");

    private static Task<IReadOnlyList<string>> WaitsForAsync(TestNode node) =>
        node.Runtime.ReadAsync((core, now) => core.WaitsFor(core.State.FindGroup("g")!, now), CancellationToken.None);

    private static Task<GroupPhase> PhaseAsync(TestNode node) => node.Runtime.ReadAsync((core, _) => core.State.FindGroup("g")!.Phase, CancellationToken.None);
}
