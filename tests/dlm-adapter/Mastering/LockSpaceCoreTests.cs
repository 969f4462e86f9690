using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks.Mastering.Tests;

public sealed class LockSpaceCoreTests
{
    [Fact]
    public void Before_the_first_start_requests_wait_and_it_says_for_what()
    {
        var space = new LockSpaceDriver(MasteringPolicy.Directory, 1);
        LockId asked = space.Request(1, "r", LockMode.EX);
        Assert.Empty(space.Completions);
        Assert.Equal("the first start of the group", space[1].WaitsFor(space.Now));
        space.StartAll(1);
        Assert.Equal(new Generation(1), space.Granted(asked).Token.Generation);
        Assert.Equal([(1UL, new Generation(1))], space.Recovered);
        Assert.Equal(string.Empty, space[1].WaitsFor(space.Now));
    }

    [Fact]
    public void The_master_itself_needs_no_message_and_a_remote_user_two_for_each_question()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.Directory, 1, 2, 3).Started();
        string near = space.NameFor(1);
        LockId local = space.Request(1, near, LockMode.PR);
        Assert.True(space.IsGranted(local)); // directory and master in one: in the same step
        Assert.Empty(space.Sent);

        string far = space.NameFor(2);
        LockId first = space.Request(1, far, LockMode.PR);
        space.DeliverAll();
        Assert.True(space.IsGranted(first));
        Assert.Equal(["Lookup", "MasterIs"], space.Sent.Select(s => s.Body.GetType().Name));

        space.Forget();
        LockId remote = space.Request(3, far, LockMode.PR);
        space.DeliverAll();
        Assert.True(space.IsGranted(remote));
        Assert.Equal(["Lookup", "MasterIs", "Request", "Completed"], space.Sent.Select(s => s.Body.GetType().Name));

        space.Forget();
        space.Convert(remote, LockMode.CR);
        space.DeliverAll();
        Assert.Equal(["Convert", "Completed"], space.Sent.Select(s => s.Body.GetType().Name));
        space.Forget();
        space.Unlock(remote);
        LockId again = space.Request(3, far, LockMode.CR);
        space.DeliverAll();
        Assert.True(space.IsGranted(again)); // the master is remembered
        Assert.Equal(["Unlock", "Request", "Completed"], space.Sent.Select(s => s.Body.GetType().Name));
    }

    [Theory]
    [InlineData(MasteringPolicy.Directory)]
    [InlineData(MasteringPolicy.LowestSlot)]
    public void Members_exclude_each_other_and_the_holder_is_told(MasteringPolicy policy)
    {
        LockSpaceDriver space = new LockSpaceDriver(policy, 1, 2, 3).Started();
        LockId holder = space.Request(2, "r", LockMode.EX);
        space.DeliverAll();
        LockId waiter = space.Request(3, "r", LockMode.PR);
        space.DeliverAll();
        Assert.False(space.IsGranted(waiter));
        Assert.Equal([new BlockingNotice(holder, LockMode.PR)], space.Notices);
        space.Convert(holder, LockMode.PR);
        space.DeliverAll();
        Assert.True(space.IsGranted(waiter));
        Assert.True(space.Granted(waiter).Token > space.Completions.First(c => c.Id == holder).Token);
    }

    [Fact]
    public void Without_the_lease_a_master_grants_nothing_and_drops_nothing()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.LowestSlot, 1, 2).Started();
        LockId held = space.Request(2, "a", LockMode.EX);
        space.DeliverAll();
        space.Now += TimeSpan.FromHours(2);
        space.Do(2, core => core.SetLease(space.Now + TimeSpan.FromHours(1), space.Now));
        Assert.Equal("a new lease for this node (without one nothing is granted)", space[1].WaitsFor(space.Now));
        LockId local = space.Request(1, "r", LockMode.EX);
        LockId remote = space.Request(2, "s", LockMode.EX);
        space.Unlock(held);
        LockId next = space.Request(2, "a", LockMode.PR);
        space.DeliverAll();
        Assert.False(space.IsGranted(local) || space.IsGranted(remote) || space.IsGranted(next));
        space.Do(1, core => core.SetLease(space.Now + TimeSpan.FromSeconds(1), space.Now));
        space.DeliverAll();
        Assert.True(space.IsGranted(local) && space.IsGranted(remote) && space.IsGranted(next));
    }

    [Fact]
    public void Without_the_lease_a_user_is_not_told_of_a_grant_until_it_is_renewed()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.LowestSlot, 1, 2).Started();
        LockId asked = space.Request(2, "r", LockMode.PR);
        space.Now += TimeSpan.FromHours(2);
        space.Do(1, core => core.SetLease(space.Now + TimeSpan.FromHours(1), space.Now));
        space.DeliverAll();
        LockId blocked = space.Request(1, "r", LockMode.EX);
        space.DeliverAll();
        Assert.Empty(space.Completions);
        Assert.Empty(space.Notices);
        Assert.Equal(LockCallResult.Busy, space.Unlock(asked));
        space.Do(2, core => core.SetLease(space.Now + TimeSpan.FromHours(1), space.Now));
        Assert.True(space.IsGranted(asked));
        Assert.Equal([new BlockingNotice(asked, LockMode.EX)], space.Notices);
        space.Unlock(asked);
        space.DeliverAll();
        Assert.True(space.IsGranted(blocked));
    }

    [Fact]
    public void A_lease_never_moves_back()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.Directory, 1).Started();
        space.Do(1, core => core.SetLease(MonotonicTime.DistantPast, space.Now));
        Assert.True(space.IsGranted(space.Request(1, "r", LockMode.EX)));
    }

    [Fact]
    public void A_broken_link_loses_nothing_and_doubles_nothing()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.LowestSlot, 1, 2).Started();
        LockId asked = space.Request(2, "r", LockMode.EX);
        space.LoseAll();
        space.Do(2, core => core.PeerReset(new MemberId(1), space.Now));
        space.DeliverTwice(); // the request, twice
        space.LoseAll(); // the answer
        space.Do(1, core => core.PeerReset(new MemberId(2), space.Now));
        space.DeliverTwice();
        Assert.True(space.IsGranted(asked));
        Assert.Equal(1, space[1].Counters.MasteredLocks);
    }

    [Fact]
    public void What_is_not_acknowledged_is_sent_again_in_time_even_if_nobody_noticed_the_loss()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.LowestSlot, 1, 2).Started();
        space.Tick(TimeSpan.FromSeconds(1));
        space.DeliverAll();
        LockId asked = space.Request(2, "r", LockMode.EX);
        space.LoseAll();
        Assert.True(space[2].NextTick <= space.Now + space.Options.RetransmitAfter);
        space.Tick(space.Options.RetransmitAfter);
        space.DeliverAll();
        Assert.True(space.IsGranted(asked));
    }

    [Fact]
    public void A_cancel_wins_against_a_grant_under_way_and_the_lock_does_not_leak()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.LowestSlot, 1, 2).Started();
        LockId asked = space.Request(2, "r", LockMode.EX);
        space.DeliverAll((from, _) => from == 2); // granted at the master, the answer is under way
        Assert.Equal(LockCallResult.Accepted, space.Cancel(asked));
        Assert.Equal(LockStatus.Canceled, Assert.Single(space.Completions).Status);
        space.DeliverAll();
        Assert.Single(space.Completions);
        Assert.Equal(0, space[1].Counters.MasteredLocks);
        Assert.Equal(LockCallResult.NotFound, space.Unlock(asked));
    }

    [Fact]
    public void A_canceled_conversion_keeps_the_old_mode_unless_the_grant_came_first()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.LowestSlot, 1, 2).Started();
        LockId other = space.Request(1, "r", LockMode.PR);
        LockId converted = space.Request(2, "r", LockMode.PR);
        space.DeliverAll();
        space.Convert(converted, LockMode.EX);
        space.DeliverAll();
        Assert.Equal(LockCallResult.Busy, space.Unlock(converted));
        space.Cancel(converted);
        space.DeliverAll();
        Assert.True(space.Completions[^1] is { Operation: 2, Status: LockStatus.Canceled, Mode: LockMode.PR });

        space.Convert(converted, LockMode.EX);
        space.DeliverAll();
        space.Unlock(other);
        space.Cancel(converted);
        space.DeliverAll();
        Assert.True(space.Completions[^1] is { Operation: 3, Status: LockStatus.Granted, Mode: LockMode.EX });
    }

    [Fact]
    public void Wrong_calls_are_answered_at_once()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.Directory, 1).Started();
        LockId held = space.Request(1, "r", LockMode.PR);
        LockId waits = space.Request(1, "r", LockMode.EX);
        Assert.Equal(LockCallResult.Busy, space.Convert(waits, LockMode.PR));
        Assert.Equal(LockCallResult.Busy, space.Unlock(waits));
        Assert.Equal(LockCallResult.Busy, space.Cancel(held));
        Assert.Equal(LockCallResult.InvalidArgument, space.Convert(held, LockMode.CR, LockFlags.QueCvt));
        Assert.Equal(LockCallResult.NotFound, space.Unlock(new LockId(new MemberId(1), 99)));
        Assert.Equal(LockCallResult.NotFound, space[1].Unlock(new LockId(new MemberId(9), 1), space.Now));
        Assert.Throws<ArgumentException>(() => space.Request(1, "r", LockMode.PR, LockFlags.Expedite));
        Assert.Throws<ArgumentException>(() => space[1].Request(default, LockMode.PR, LockFlags.None, space.Now));
    }

    [Fact]
    public void The_end_of_the_stay_loses_everything_once()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.Directory, 1).Started();
        LockId held = space.Request(1, "r", LockMode.PR);
        LockId waits = space.Request(1, "r", LockMode.EX);
        LockId released = space.Request(1, "s", LockMode.EX);
        space.Unlock(released);
        space.Forget();
        space.Do(1, core => core.End("the node was declared down"));
        Assert.Equal([(held, LockStatus.Lost), (waits, LockStatus.Lost)], space.Completions.Select(c => (c.Id, c.Status)));
        Assert.Equal(LockSpaceState.Ended, space[1].State);
        Assert.Contains("declared down", space[1].WaitsFor(space.Now), StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => space.Request(1, "r", LockMode.PR));
        space.Do(1, core => core.End("again"));
        Assert.Equal(2, space.Completions.Count);
        Assert.Null(space[1].NextTick);
    }

    [Fact]
    public void An_unused_resource_goes_to_its_next_user_and_takes_the_tokens_along()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.Directory, 1, 2, 3).Started();
        string name = space.NameFor(3);
        LockId first = space.Request(1, name, LockMode.EX);
        space.DeliverAll();
        space.Unlock(first);
        space.Tick(space.Options.IdleResource);
        space.DeliverAll();
        Assert.Equal(0, space[1].Counters.MasteredResources);
        Assert.Equal(0, space[3].Counters.DirectoryEntries);
        LockId second = space.Request(2, name, LockMode.EX);
        space.DeliverAll();
        Assert.Equal(1, space[2].Counters.MasteredLocks);
        Assert.True(space.Granted(second).Token > space.Granted(first).Token);
    }

    [Fact]
    public void Who_asks_a_master_that_has_just_given_up_the_resource_asks_again()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.Directory, 1, 2, 3).Started();
        string name = space.NameFor(3);
        LockId first = space.Request(1, name, LockMode.EX);
        LockId second = space.Request(2, name, LockMode.CR);
        space.DeliverAll();
        space.Unlock(first);
        space.DeliverAll();
        space.Unlock(second);
        space.DeliverAll();
        space.Now += space.Options.IdleResource;
        space.Do(1, core => core.Tick(space.Now)); // 2 does not know
        LockId again = space.Request(2, name, LockMode.PW);
        space.DeliverAll();
        Assert.False(space.IsGranted(again));
        space.Tick(space.Options.AcknowledgeAfter);
        space.DeliverAll();
        Assert.True(space.IsGranted(again));
        Assert.Equal(1, space[2].Counters.MasteredLocks);
    }
}
