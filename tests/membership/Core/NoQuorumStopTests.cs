using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>What a node does to its lock managers when it knows of no quorum for long. Node 1 follows node 2 and holds a lease.</summary>
public sealed class NoQuorumStopTests
{
    private static readonly TimeSpan s_after = TimeSpan.FromSeconds(2);

    [Fact]
    public void Stays_are_ended_once_no_quorum_is_known_for_the_time_that_is_set()
    {
        NodeDriver driver = Follower(NoQuorumPolicy.Stop);
        driver.Log.Follow(NodeId.None);

        driver.Run(driver.Timing.Lease + s_after - TimeSpan.FromMilliseconds(50));
        Assert.Empty(driver.StaysEnded);
        Assert.False(driver.Node.IsStoppedWithoutQuorum);
        driver.Run(TimeSpan.FromSeconds(3));

        Assert.Contains("known of no quorum for 2 s", Assert.Single(driver.StaysEnded), StringComparison.Ordinal);
        Assert.True(driver.Node.IsStoppedWithoutQuorum);
        Assert.NotEqual(Incarnation.None, driver.Node.Incarnation);
    }

    [Fact]
    public void Where_the_settings_say_freeze_nothing_is_ended()
    {
        NodeDriver driver = Follower(NoQuorumPolicy.Freeze);
        driver.Log.Follow(NodeId.None);

        driver.Run(TimeSpan.FromMinutes(1));

        Assert.Empty(driver.StaysEnded);
    }

    [Fact]
    public void With_a_quorum_again_groups_can_be_joined_and_the_next_loss_counts_anew()
    {
        NodeDriver driver = Follower(NoQuorumPolicy.Stop);
        driver.Log.Follow(NodeId.None);
        driver.Run(TimeSpan.FromSeconds(5));

        driver.Log.Follow(new NodeId(2));
        driver.Run(TimeSpan.FromMilliseconds(20));
        Assert.False(driver.Node.IsStoppedWithoutQuorum);
        driver.Log.Follow(NodeId.None);
        driver.Run(s_after - TimeSpan.FromMilliseconds(50));
        Assert.Single(driver.StaysEnded);
        driver.Run(TimeSpan.FromMilliseconds(100));

        Assert.Equal(2, driver.StaysEnded.Count);
    }

    [Fact]
    public void A_leader_that_nobody_confirms_is_without_quorum_too()
    {
        NodeDriver driver = Follower(NoQuorumPolicy.Stop);
        driver.Log.Lead(driver.Now);
        driver.Log.Status = driver.Log.Status with { ConfirmedUntil = driver.Now };

        driver.Run(s_after + TimeSpan.FromMilliseconds(50));

        Assert.Single(driver.StaysEnded);
    }

    [Fact]
    public void A_node_that_gets_no_lease_from_the_leader_it_hears_is_not_without_quorum()
    {
        NodeDriver driver = Follower(NoQuorumPolicy.Stop);

        driver.Run(TimeSpan.FromSeconds(10));

        Assert.Empty(driver.StaysEnded);
    }

    [Fact]
    public void A_stalled_process_counts_anew_because_it_could_not_hear_the_quorum()
    {
        NodeDriver driver = Follower(NoQuorumPolicy.Stop);
        driver.Log.Follow(NodeId.None);
        driver.Run(driver.Timing.Lease + TimeSpan.FromSeconds(1));

        driver.Stall(TimeSpan.FromSeconds(30));
        driver.Run(s_after - TimeSpan.FromMilliseconds(50));

        Assert.Empty(driver.StaysEnded);
    }

    private static NodeDriver Follower(NoQuorumPolicy policy)
    {
        NodeDriver driver = new(leads: false, quorum: new QuorumPolicy { NoQuorum = policy, NoQuorumStopAfter = s_after });
        driver.Log.Follow(new NodeId(2));
        driver.Run(TimeSpan.FromMilliseconds(20));
        driver.Commit(Command.Parser.ParseFrom(driver.Forwarded.Last().Data.Span));
        driver.Receive(new LeaseGrant(new(2), new(1), driver.Node.Incarnation, driver.Now, default, driver.Timing.Lease));
        Assert.NotEqual(Incarnation.None, driver.Node.Incarnation);
        return driver;
    }
}
