using Cluster.Consensus;

namespace Cluster.Membership.Tests;

public class DetectorTests
{
    [Fact]
    public void A_silent_node_is_declared_down_after_the_lease_bound_and_not_before()
    {
        NodeDriver driver = ThreeUp(out Incarnation two, out _);
        driver.Receive(new LeaseRequest(new(2), new(1), two, default));
        MonotonicTime granted = driver.Now;

        driver.Run(driver.Timing.LeaseBound - TimeSpan.FromMilliseconds(10), () => KeepAlive(driver, 3));
        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
        driver.Run(TimeSpan.FromMilliseconds(40), () => KeepAlive(driver, 3));

        Assert.Equal(NodeLifeState.Down, driver.StateOf(2));
        Assert.True(driver.Now - granted < driver.Timing.LeaseBound + TimeSpan.FromMilliseconds(60));
    }

    [Fact]
    public void A_new_leader_waits_a_whole_lease_bound_before_it_declares_anybody_down()
    {
        NodeDriver driver = ThreeUp(out _, out _);
        driver.Run(TimeSpan.FromMilliseconds(300), () => KeepAlive(driver, 3));

        driver.Log.Lead(driver.Now, term: 2);
        driver.Run(driver.Timing.LeaseBound - TimeSpan.FromMilliseconds(10), () => KeepAlive(driver, 3));
        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
        driver.Run(TimeSpan.FromMilliseconds(40), () => KeepAlive(driver, 3));

        Assert.Equal(NodeLifeState.Down, driver.StateOf(2));
    }

    [Fact]
    public void A_node_that_another_member_reaches_is_not_declared_down()
    {
        NodeDriver driver = ThreeUp(out Incarnation two, out _);
        driver.Sent.Clear();

        driver.Run(TimeSpan.FromSeconds(3), () =>
        {
            KeepAlive(driver, 3);
            if (driver.Sent.OfType<ProbeRequest>().LastOrDefault() is { } probe)
            {
                driver.Receive(new ProbeAnswer(new(3), new(1), new(2), probe.Probe, two));
            }
        });

        Assert.NotEmpty(driver.Sent.OfType<ProbeRequest>());
        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
    }

    [Fact]
    public void A_member_that_is_asked_to_probe_pings_and_reports()
    {
        NodeDriver driver = ThreeUp(out _, out Incarnation three);
        driver.Sent.Clear();

        driver.Receive(new ProbeRequest(new(2), new(1), new(3), 5));
        driver.Receive(new Pong(new(3), new(1), new(2), 5, three));

        Assert.Contains(new Ping(new(1), new(3), new(2), 5), driver.Sent);
        Assert.Contains(new ProbeAnswer(new(1), new(2), new(3), 5, three), driver.Sent);
    }

    [Fact]
    public void A_stalled_leader_abdicates_and_forgives_the_silence_it_may_have_caused()
    {
        NodeDriver driver = ThreeUp(out _, out _);
        driver.Stall(TimeSpan.FromSeconds(5));

        driver.Run(TimeSpan.FromMilliseconds(100));

        Assert.Equal(1, driver.Log.Abdications);
        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
        Assert.Equal(NodeLifeState.Up, driver.StateOf(3));
    }

    [Fact]
    public void A_short_stall_starts_the_count_again()
    {
        NodeDriver driver = ThreeUp(out _, out _);
        driver.Run(TimeSpan.FromMilliseconds(600), () => KeepAlive(driver, 3));
        driver.Stall(driver.Timing.StallThreshold + TimeSpan.FromMilliseconds(20));

        driver.Run(TimeSpan.FromMilliseconds(400), () => KeepAlive(driver, 3));

        Assert.Equal(0, driver.Log.Abdications);
        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
    }

    [Fact]
    public void A_condemned_node_gets_no_lease_while_the_declaration_is_undecided()
    {
        NodeDriver driver = ThreeUp(out Incarnation two, out _);
        driver.Run(TimeSpan.FromMilliseconds(700), () => KeepAlive(driver, 3));
        for (int i = 0; i < 12; i++)
        {
            // Steps without committing: the declaration is proposed and stays in the air.
            driver.Stall(TimeSpan.FromMilliseconds(10));
            KeepAlive(driver, 3, settle: false);
            driver.Node.Tick(driver.Now, 0);
        }

        Assert.NotEmpty(driver.Log.Waiting);
        driver.Node.Effects.Messages.Clear();
        driver.Node.Receive(new LeaseRequest(new(2), new(1), two, default), driver.Now);

        Assert.Empty(driver.Node.Effects.Messages.OfType<LeaseGrant>());
    }

    [Fact]
    public void A_declaration_that_could_not_be_proposed_does_not_keep_the_lease_from_a_node_that_speaks_again()
    {
        NodeDriver driver = ThreeUp(out Incarnation two, out _);
        driver.Receive(new LeaseRequest(new(2), new(1), two, default));
        driver.Log.IsFull = true;
        driver.Run(driver.Timing.LeaseBound + TimeSpan.FromMilliseconds(20), () => KeepAlive(driver, 3));
        driver.Log.IsFull = false;
        driver.Sent.Clear();

        driver.Receive(new LeaseRequest(new(2), new(1), two, default));

        Assert.Single(driver.Sent.OfType<LeaseGrant>());
    }

    [Fact]
    public void Nodes_that_never_spoke_have_time_to_start()
    {
        NodeDriver driver = new(new MembershipTiming { StartupGrace = TimeSpan.FromSeconds(5) });
        driver.Run(TimeSpan.FromMilliseconds(20));
        driver.Join(2);
        driver.Log.Lead(driver.Now, term: 2);

        driver.Run(TimeSpan.FromSeconds(4));
        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
        driver.Run(TimeSpan.FromSeconds(2));

        Assert.Equal(NodeLifeState.Down, driver.StateOf(2));
    }

    [Fact]
    public void The_silence_of_a_dead_leader_counts_from_its_last_grant()
    {
        NodeDriver driver = new(leads: false);
        driver.Log.Follow(new NodeId(2));
        driver.Run(TimeSpan.FromMilliseconds(20));
        Incarnation two = driver.Join(2);
        RaftMessage join = driver.Forwarded.Last();
        driver.Commit(Protocol.Command.Parser.ParseFrom(join.Data.Span));
        driver.Receive(new LeaseGrant(new(2), new(1), driver.Node.Incarnation, driver.Now, two));
        MonotonicTime heard = driver.Now;
        driver.Run(TimeSpan.FromMilliseconds(300));

        driver.Log.Lead(driver.Now, term: 2);
        driver.Run(driver.Timing.LeaseBound + TimeSpan.FromMilliseconds(40));

        Protocol.ClusterEvent down = Enumerable.Range(0, driver.Node.State.Events.Count)
            .Select(offset => driver.Node.State.Events[offset])
            .Single(entry => entry.NodeDown is not null);
        Assert.InRange(down.NodeDown.SilentMs, (driver.Timing.LeaseBound.TotalMilliseconds + 300) - 1, (driver.Now - heard).TotalMilliseconds);
    }

    internal static NodeDriver ThreeUp(out Incarnation two, out Incarnation three)
    {
        NodeDriver driver = new();
        driver.Run(TimeSpan.FromMilliseconds(20));
        two = driver.Join(2);
        three = driver.Join(3);
        Assert.Equal(NodeLifeState.Up, driver.StateOf(1));
        return driver;
    }

    internal static void KeepAlive(NodeDriver driver, uint node, bool settle = true)
    {
        LeaseRequest request = new(new(node), new(1), driver.Node.State.FindNode(new NodeId(node))!.Incarnation, default);
        if (settle)
        {
            driver.Receive(request);
        }
        else
        {
            driver.Node.Receive(request, driver.Now);
        }
    }
}
