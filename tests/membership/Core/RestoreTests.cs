using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership.Tests;

/// <summary>
/// A node that was given a snapshot instead of the entries: each of its duties must stand where the entries would have brought it.
/// </summary>
public sealed class RestoreTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void The_state_is_the_snapshots_from_the_first_moment_of_a_process()
    {
        var earlier = new StateDriver();
        earlier.AllJoin();

        var driver = new NodeDriver(leads: false, prepare: log => log.Restore(3, earlier.State.Save()));

        Assert.Equal(new LogIndex(3), driver.Node.State.AppliedIndex);
        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
        Assert.Equal(3, driver.Node.Effects.Events.Count);
        Assert.Equal(new LogIndex(3), driver.Node.Effects.Restored!.Index);
        Assert.Equal(Incarnation.None, driver.Node.Incarnation);
    }

    [Fact]
    public void A_snapshot_that_does_not_fit_the_configuration_stops_the_start()
    {
        var other = new ClusterState([new(new(1), "n1"), new(new(2), "another")]);

        Assert.Throws<InvalidOperationException>(() => new NodeDriver(leads: false, prepare: log => log.Restore(0, other.Save())));
    }

    [Fact]
    public void Entries_after_the_snapshot_are_applied_to_it()
    {
        var driver = new NodeDriver(leads: false);
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Join(2);
        driver.Log.Restore(1, elsewhere.State.Save());
        driver.Join(3);

        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
        Assert.Equal(NodeLifeState.Up, driver.StateOf(3));
        Assert.Equal(2, driver.Events.Count);
    }

    [Fact]
    public void A_life_that_was_declared_down_meanwhile_is_over()
    {
        NodeDriver driver = Member();
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Down(1);

        driver.Restore(elsewhere);

        Assert.Equal("this node was declared down: silent elsewhere", driver.Ended);
        Assert.Equal(Incarnation.None, driver.Node.Incarnation);
        Assert.Equal(MonotonicTime.DistantPast, driver.Node.LeaseDeadline);
    }

    [Fact]
    public void A_life_that_another_one_followed_is_over()
    {
        NodeDriver driver = Member();
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Down(1);
        Incarnation other = elsewhere.Join(1);

        driver.Restore(elsewhere);

        Assert.Equal($"another life of this node, {other}, has begun", driver.Ended);
    }

    [Fact]
    public void A_node_that_had_left_meanwhile_does_not_join_again()
    {
        NodeDriver driver = Member();
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Apply(new Command { NodeLeave = new NodeLeave { Node = 1, Incarnation = driver.Node.Incarnation.Value } });
        driver.Restore(elsewhere);
        driver.Forwarded.Clear();

        driver.Run(TimeSpan.FromSeconds(2));

        Assert.Equal("this node left the cluster", driver.Ended);
        Assert.Empty(driver.Forwarded);
    }

    [Fact]
    public void A_life_that_goes_on_keeps_its_lease()
    {
        NodeDriver driver = Member();
        MonotonicTime deadline = driver.Node.LeaseDeadline;
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Join(3);

        driver.Restore(elsewhere);

        Assert.True(deadline > driver.Now);
        Assert.Equal(deadline, driver.Node.LeaseDeadline);
        Assert.Null(driver.Ended);
    }

    [Fact]
    public void A_join_that_was_decided_meanwhile_makes_this_node_a_member()
    {
        var driver = new NodeDriver(leads: false);
        driver.Log.Follow(new NodeId(2));
        driver.Run(s_moment);
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Apply(driver.Forwarded[0].Data);

        driver.Restore(elsewhere);
        driver.Forwarded.Clear();
        driver.Run(TimeSpan.FromSeconds(3));

        Assert.Equal(new Incarnation(1), driver.Node.Incarnation);
        Assert.Empty(driver.Forwarded);
    }

    [Fact]
    public void A_request_that_was_decided_meanwhile_is_answered_once()
    {
        NodeDriver driver = Member();
        driver.Forwarded.Clear();
        ulong request = driver.Node.Submit(new Command { FenceOpen = new FenceOpen { Node = 9, Kind = FenceKind.Off, Reason = "r" } }, driver.Now);
        driver.Settle();
        Elsewhere elsewhere = driver.Elsewhere();
        CommandOutcome decided = elsewhere.Apply(driver.Forwarded.Single().Data);
        elsewhere.Join(3);

        driver.Restore(elsewhere);
        driver.Forwarded.Clear();
        driver.Run(TimeSpan.FromSeconds(3));

        Assert.Equal([(request, decided)], driver.Outcomes);
        Assert.Empty(driver.Forwarded);
    }

    [Fact]
    public void A_request_that_was_not_decided_is_brought_to_the_leader_again()
    {
        NodeDriver driver = Member();
        driver.Node.Submit(new Command { FenceOpen = new FenceOpen { Node = 9, Kind = FenceKind.Off, Reason = "r" } }, driver.Now);
        driver.Settle();
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Join(3);
        driver.Restore(elsewhere);
        driver.Forwarded.Clear();

        driver.Run(TimeSpan.FromSeconds(3));

        Assert.Empty(driver.Outcomes);
        Assert.NotEmpty(driver.Forwarded);
    }

    [Fact]
    public void An_attempt_that_was_given_to_this_node_meanwhile_is_carried_out_once()
    {
        NodeDriver driver = Member();
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Join(3);
        elsewhere.Down(3);
        FenceOperation operation = elsewhere.Attempt(target: 3, executor: 1);

        driver.Restore(elsewhere);
        elsewhere.Join(2);
        driver.Restore(elsewhere);

        FenceOrder order = Assert.Single(driver.Orders);
        Assert.Equal((operation.Id, 1U, "n3"), (order.Operation, order.Attempt, order.Target));
    }

    [Fact]
    public void An_attempt_of_a_node_whose_lease_is_over_waits_for_the_next_one()
    {
        NodeDriver driver = Member();
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Join(3);
        elsewhere.Down(3);
        elsewhere.Attempt(target: 3, executor: 1);
        driver.Run(TimeSpan.FromSeconds(1));

        driver.Restore(elsewhere);
        Assert.Empty(driver.Orders);

        driver.Receive(new LeaseGrant(new NodeId(2), new NodeId(1), driver.Node.Incarnation, driver.Now, Incarnation.None));
        Assert.Single(driver.Orders);
    }

    [Fact]
    public void An_attempt_that_ended_meanwhile_is_broken_off()
    {
        NodeDriver driver = Member();
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Join(3);
        elsewhere.Down(3);
        FenceOperation operation = elsewhere.Attempt(target: 3, executor: 1);
        driver.Restore(elsewhere);
        Assert.Empty(driver.Cancels);

        elsewhere.EndAttempt(operation);
        driver.Restore(elsewhere);

        Assert.Equal([(operation.Id, 1U)], driver.Cancels);
    }

    [Fact]
    public void Subscribers_see_the_events_between_without_gap_or_repeat()
    {
        NodeDriver driver = Member();
        int seen = driver.Events.Count;
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Join(3);
        elsewhere.Down(3);
        driver.Restore(elsewhere);

        Assert.Null(driver.DroppedThrough);
        Assert.Equal(["NodeUp", "NodeDown", "FenceOpened"], driver.Events.Skip(seen).Select(each => each.KindCase.ToString()));
        Assert.Equal(driver.Events.Select(EventLog.PositionOf).Order().Distinct(), driver.Events.Select(EventLog.PositionOf));
    }

    [Fact]
    public void Subscribers_are_told_when_events_between_are_not_retained_any_more()
    {
        NodeDriver driver = Member();
        int seen = driver.Events.Count;
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Join(3);
        elsewhere.Down(3);
        SavedState saved = SavedState.Parser.ParseFrom(elsewhere.State.Save());
        ClusterEvent newest = saved.Events[^1];
        saved.EventsDroppedThrough = new SavedPosition { Index = newest.Index, Ordinal = newest.Ordinal - 1 };
        saved.Events.Clear();
        saved.Events.Add(newest);

        driver.Restore(elsewhere.State.AppliedIndex.Value, saved.ToByteArray());

        Assert.Equal(new EventPosition(newest.Index, newest.Ordinal - 1), driver.DroppedThrough);
        Assert.Equal(newest, Assert.Single(driver.Events.Skip(seen)));
    }

    [Fact]
    public void A_life_that_began_meanwhile_is_given_the_time_that_every_new_one_gets()
    {
        var driver = new NodeDriver(new MembershipTiming(), leads: false);
        driver.Log.Follow(new NodeId(2));
        driver.Run(TimeSpan.FromSeconds(15));
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Join(3);
        driver.Restore(elsewhere);
        driver.Log.Lead(driver.Now, term: 2);

        driver.Run(TimeSpan.FromSeconds(8));
        Assert.Equal(NodeLifeState.Up, driver.StateOf(3));

        driver.Run(TimeSpan.FromSeconds(4));
        Assert.NotEqual(NodeLifeState.Up, driver.StateOf(3));
    }

    /// <summary>Node 1 as a member with a lease, under the leadership of node 2.</summary>
    private static NodeDriver Member()
    {
        var driver = new NodeDriver(leads: false);
        driver.Log.Follow(new NodeId(2));
        driver.Run(s_moment);
        driver.Log.CommitFromElsewhere(driver.Forwarded[0].Data);
        driver.Run(s_moment);
        driver.Receive(new LeaseGrant(new NodeId(2), new NodeId(1), driver.Node.Incarnation, driver.Now, Incarnation.None));
        return driver;
    }
}
