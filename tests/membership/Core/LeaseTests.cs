using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>S2: a lease is over by its holder's own clock before its node is declared down.</summary>
public class LeaseTests
{
    private static readonly MonotonicTime s_stamp = new(77);

    [Fact]
    public void The_grant_returns_the_holders_own_stamp()
    {
        NodeDriver driver = new();
        driver.Run(TimeSpan.FromMilliseconds(50));
        Incarnation life = driver.Join(2);
        driver.Sent.Clear();

        driver.Receive(new LeaseRequest(new(2), new(1), life, s_stamp));

        LeaseGrant grant = Assert.Single(driver.Sent.OfType<LeaseGrant>());
        Assert.Equal(s_stamp, grant.Stamp);
        Assert.Equal(life, grant.Incarnation);
    }

    [Fact]
    public void A_leader_whose_majority_is_no_longer_confirmed_grants_nothing()
    {
        NodeDriver driver = new();
        Incarnation life = driver.Join(2);
        driver.Log.Status = driver.Log.Status with { ConfirmedUntil = driver.Now };
        driver.Sent.Clear();

        driver.Receive(new LeaseRequest(new(2), new(1), life, s_stamp));

        Assert.Empty(driver.Sent.OfType<LeaseGrant>());
    }

    [Fact]
    public void A_new_leader_grants_nothing_before_its_predecessors_entries_are_decided()
    {
        NodeDriver driver = new();
        Incarnation life = driver.Join(2);
        driver.Log.Status = driver.Log.Status with { BarrierCommitted = false };
        driver.Sent.Clear();

        driver.Receive(new LeaseRequest(new(2), new(1), life, s_stamp));

        Assert.Empty(driver.Sent.OfType<LeaseGrant>());
    }

    [Fact]
    public void An_old_life_gets_no_lease()
    {
        NodeDriver driver = new();
        Incarnation life = driver.Join(2);
        driver.Sent.Clear();

        driver.Receive(new LeaseRequest(new(2), new(1), new Incarnation(life.Value + 1), s_stamp));

        Assert.Empty(driver.Sent.OfType<LeaseGrant>());
    }

    [Fact]
    public void The_holders_lease_ends_one_lease_after_its_stamp()
    {
        NodeDriver driver = new(leads: false);
        driver.Log.Follow(new NodeId(2));
        driver.Run(TimeSpan.FromMilliseconds(20));
        JoinSelf(driver);
        MonotonicTime stamp = driver.Now;

        driver.Receive(new LeaseGrant(new(2), new(1), driver.Node.Incarnation, stamp, new Incarnation(9)));

        Assert.Equal(stamp + driver.Timing.Lease, driver.Node.LeaseDeadline);
    }

    [Fact]
    public void A_grant_from_the_future_or_for_another_life_is_ignored()
    {
        NodeDriver driver = new(leads: false);
        driver.Log.Follow(new NodeId(2));
        driver.Run(TimeSpan.FromMilliseconds(20));
        JoinSelf(driver);

        driver.Receive(new LeaseGrant(new(2), new(1), driver.Node.Incarnation, driver.Now + TimeSpan.FromSeconds(1), default));
        driver.Receive(new LeaseGrant(new(2), new(1), new Incarnation(4711), driver.Now, default));

        Assert.Equal(MonotonicTime.DistantPast, driver.Node.LeaseDeadline);
    }

    [Fact]
    public void A_node_that_learns_that_it_is_down_loses_its_lease_and_its_life()
    {
        NodeDriver driver = new(leads: false);
        driver.Log.Follow(new NodeId(2));
        driver.Run(TimeSpan.FromMilliseconds(20));
        JoinSelf(driver);
        driver.Receive(new LeaseGrant(new(2), new(1), driver.Node.Incarnation, driver.Now, default));

        driver.Commit(new Command { NodeDown = new NodeDown { Node = 1, Incarnation = driver.Node.Incarnation.Value, Reason = "silent" } });

        Assert.Equal(MonotonicTime.DistantPast, driver.Node.LeaseDeadline);
        Assert.Equal(Incarnation.None, driver.Node.Incarnation);
        Assert.Contains("silent", driver.Ended, StringComparison.Ordinal);
    }

    private static void JoinSelf(NodeDriver driver)
    {
        RaftMessage join = driver.Forwarded.Last();
        driver.Commit(Command.Parser.ParseFrom(join.Data.Span));
        Assert.NotEqual(Incarnation.None, driver.Node.Incarnation);
    }
}
