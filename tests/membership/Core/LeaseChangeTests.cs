using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>S2 while the length of leases changes: nodes apply the change at different moments, and the longer lease binds until it has run out.</summary>
public sealed class LeaseChangeTests
{
    private static readonly TimeSpan s_wan = MembershipTiming.Wan.Lease;
    private static readonly TimeSpan s_lan = MembershipTiming.Lan.Lease;
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(50);
    private Incarnation _life;

    [Fact]
    public void A_grant_says_how_long_it_is()
    {
        NodeDriver driver = Leader();
        Ask(driver);
        Assert.Equal(s_lan, driver.Sent.OfType<LeaseGrant>().Last().Duration);

        Use(driver, "wan");
        Ask(driver);

        Assert.Equal(s_wan, driver.Sent.OfType<LeaseGrant>().Last().Duration);
    }

    [Fact]
    public void The_holder_goes_by_the_granted_length_and_a_shorter_grant_takes_nothing_back()
    {
        NodeDriver driver = new(leads: false);
        driver.Log.Follow(new NodeId(2));
        driver.Run(TimeSpan.FromMilliseconds(20));
        driver.Commit(Command.Parser.ParseFrom(driver.Forwarded.Last().Data.Span));
        MonotonicTime stamp = driver.Now;

        driver.Receive(new LeaseGrant(new(2), new(1), driver.Node.Incarnation, stamp, default, s_wan));
        Assert.Equal(stamp + s_wan, driver.Node.LeaseDeadline);
        driver.Receive(new LeaseGrant(new(2), new(1), driver.Node.Incarnation, stamp, default, s_lan));

        Assert.Equal(stamp + s_wan, driver.Node.LeaseDeadline);
    }

    [Fact]
    public void A_leader_that_granted_long_leases_waits_for_their_end_after_they_became_shorter()
    {
        NodeDriver driver = Leader("wan");
        Ask(driver);
        MonotonicTime granted = driver.Now;
        Use(driver, "lan");

        RunUntil(driver, granted + MembershipTiming.Wan.LeaseBound - s_step);
        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
        RunUntil(driver, granted + MembershipTiming.Wan.LeaseBound + s_step);

        Assert.NotEqual(NodeLifeState.Up, driver.StateOf(2));
    }

    [Fact]
    public void A_new_leader_waits_for_what_others_granted_until_it_applied_the_change()
    {
        NodeDriver driver = Follower("wan");
        Use(driver, "lan");
        MonotonicTime applied = driver.Now;
        driver.Log.Lead(driver.Now, term: 2);

        RunUntil(driver, applied + MembershipTiming.Wan.LeaseBound - s_step);
        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
        RunUntil(driver, applied + MembershipTiming.Wan.LeaseBound + s_step);

        Assert.NotEqual(NodeLifeState.Up, driver.StateOf(2));
    }

    [Fact]
    public void Long_leases_that_were_in_force_for_a_moment_only_count_too()
    {
        NodeDriver driver = Follower("lan");
        Use(driver, "wan");
        Use(driver, "fast");
        driver.Log.Lead(driver.Now, term: 2);

        driver.Run(MembershipTiming.Wan.LeaseBound - s_step);

        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
    }

    [Fact]
    public void A_leader_elected_long_after_the_change_waits_only_for_the_short_lease()
    {
        NodeDriver driver = Follower("wan");
        Use(driver, "lan");
        driver.Run(MembershipTiming.Wan.LeaseBound);
        driver.Log.Lead(driver.Now, term: 2);

        driver.Run(MembershipTiming.Lan.LeaseBound + s_step);

        Assert.NotEqual(NodeLifeState.Up, driver.StateOf(2));
    }

    [Fact]
    public void A_leader_that_was_given_the_state_waits_for_the_longest_lease_that_ever_was()
    {
        NodeDriver driver = Follower("lan");
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Apply(Change("wan", driver.Node.State.Settings.Version));
        elsewhere.Apply(Change("lan", driver.Node.State.Settings.Version + 1));
        driver.Restore(elsewhere);
        MonotonicTime restored = driver.Now;
        driver.Log.Lead(driver.Now, term: 2);

        RunUntil(driver, restored + MembershipTiming.Wan.LeaseBound - s_step);
        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
        RunUntil(driver, restored + MembershipTiming.Wan.LeaseBound + s_step);

        Assert.NotEqual(NodeLifeState.Up, driver.StateOf(2));
    }

    [Fact]
    public void Leases_that_become_longer_are_waited_for_by_whoever_has_applied_it()
    {
        NodeDriver driver = Leader("lan");
        Use(driver, "wan");
        Ask(driver);
        MonotonicTime granted = driver.Now;

        RunUntil(driver, granted + MembershipTiming.Wan.LeaseBound - s_step);

        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
    }

    private static void RunUntil(NodeDriver driver, MonotonicTime end) => driver.Run(end - driver.Now);

    private static void Use(NodeDriver driver, string profile)
    {
        driver.Commit(Change(profile, driver.Node.State.Settings.Version));
        Assert.Equal(ClusterSettings.TimingOf(profile)!.Lease, driver.Node.Settings.Timing.Lease);
    }

    private static Command Change(string profile, ulong basedOn) => new()
    {
        SettingsChange = new SettingsChange
        {
            BasedOn = basedOn,
            Who = "ann",
            Settings = new Settings { Timing = new TimingSettings { Profile = profile, StartupGraceMs = 1 } },
        },
    };

    private NodeDriver Leader(string? profile = null)
    {
        NodeDriver driver = new();
        _life = driver.Join(2);
        driver.Join(3);
        driver.Run(TimeSpan.FromSeconds(0.3));
        Assert.Equal(1UL, driver.Node.State.Settings.Version);
        if (profile is not null)
        {
            Use(driver, profile);
        }

        return driver;
    }

    private NodeDriver Follower(string profile)
    {
        NodeDriver driver = Leader(profile);
        driver.Log.Follow(new NodeId(3), term: 1);
        return driver;
    }

    private void Ask(NodeDriver driver) => driver.Receive(new LeaseRequest(new(2), new(1), _life, driver.Now));
}
