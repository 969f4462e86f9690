using Cluster.Membership;

namespace Cluster.Locks.Mastering.Tests;

public sealed class RecoveryTests
{
    [Theory]
    [InlineData(MasteringPolicy.Directory)]
    [InlineData(MasteringPolicy.LowestSlot)]
    public void A_dead_members_lock_is_given_away_only_when_the_next_generation_has_recovered(MasteringPolicy policy)
    {
        LockSpaceDriver space = new LockSpaceDriver(policy, 1, 2, 3).Started();
        LockId dead = space.Request(3, "r", LockMode.EX);
        space.DeliverAll();
        LockId waiter = space.Request(2, "r", LockMode.EX);
        space.DeliverAll();
        space.Kill(3);
        space.StopAll(1, 3);
        space.DeliverAll();
        space.Tick(TimeSpan.FromSeconds(5));
        space.DeliverAll();
        Assert.False(space.IsGranted(waiter));
        Assert.Equal("the start of the generation after g1 (departed: m3 on n3)", space[1].WaitsFor(space.Now));
        space.Start(1, 2);
        space.DeliverAll();
        Assert.False(space.IsGranted(waiter)); // 2 has not told what it holds
        Assert.Equal(LockSpaceState.Recovering, space[1].State);
        Assert.Equal("word from m2 on n2 that they have told what they master (recovery of g2)", space[1].WaitsFor(space.Now));
        space.Start(2, 2);
        space.DeliverAll();
        Assert.True(space.Granted(waiter).Token > space.Granted(dead).Token);
        Assert.Equal([(1UL, new Generation(2)), (2UL, new Generation(2))], space.Recovered.OrderBy(r => r.Member));
    }

    [Theory]
    [InlineData(MasteringPolicy.Directory)]
    [InlineData(MasteringPolicy.LowestSlot)]
    public void When_a_master_dies_its_holders_keep_their_locks_tokens_and_conversions(MasteringPolicy policy)
    {
        LockSpaceDriver space = new LockSpaceDriver(policy, 1, 2, 3).Started();
        LockId first = space.Request(1, "r", LockMode.NL); // member 1 is the master
        space.DeliverAll();
        LockId shared = space.Request(2, "r", LockMode.PR);
        LockId converting = space.Request(3, "r", LockMode.CR);
        space.DeliverAll();
        space.Convert(converting, LockMode.EX);
        LockId waiting = space.Request(2, "r", LockMode.EX);
        space.DeliverAll();
        Assert.Equal(4, space[1].Counters.MasteredLocks);
        space.Kill(1);
        space.StopAll(1, 1);
        space.StartAll(2);
        space.DeliverAll();
        Assert.Equal(4 - 1, space[2].Counters.MasteredLocks + space[3].Counters.MasteredLocks);
        Assert.False(space.IsGranted(waiting));
        space.Unlock(shared);
        space.DeliverAll();
        LockCompletion converted = space.Completions[^1];
        Assert.True(converted is { Operation: 2, Status: LockStatus.Granted, Mode: LockMode.EX } && converted.Id == converting);
        Assert.Equal(new Generation(2), converted.Token.Generation);
        space.Unlock(converting);
        space.DeliverAll();
        Assert.True(space.Granted(waiting).Token > converted.Token);
        Assert.Equal(LockStatus.Granted, space.Granted(first).Status);
    }

    [Fact]
    public void What_users_do_while_the_group_is_stopped_is_done_afterwards()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.LowestSlot, 1, 2, 3).Started();
        LockId held = space.Request(2, "r", LockMode.EX);
        LockId converted = space.Request(2, "s", LockMode.EX);
        LockId kept = space.Request(1, "t", LockMode.EX);
        space.DeliverAll();
        space.Kill(3);
        space.StopAll(1, 3);
        Assert.Equal(LockCallResult.Accepted, space.Unlock(held));
        Assert.Equal(LockCallResult.NotFound, space.Unlock(held));
        Assert.Equal(LockCallResult.Accepted, space.Convert(converted, LockMode.PR));
        LockId asked = space.Request(2, "r", LockMode.PR);
        LockId canceled = space.Request(2, "t", LockMode.PR);
        space.Cancel(canceled);
        Assert.Equal(LockStatus.Canceled, space.Completions[^1].Status);
        space.DeliverAll();
        Assert.False(space.IsGranted(asked));
        space.StartAll(2);
        space.DeliverAll();
        Assert.True(space.IsGranted(asked));
        Assert.True(space.Completions.Exists(c => c.Id == converted && c.Operation == 2 && c.Mode == LockMode.PR));
        Assert.Equal(3, space[1].Counters.MasteredLocks);
        Assert.True(space.IsGranted(kept));
    }

    [Fact]
    public void A_lock_released_while_its_master_is_dead_is_not_moved_to_the_next()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.LowestSlot, 1, 2, 3).Started();
        LockId held = space.Request(2, "r", LockMode.EX);
        space.DeliverAll();
        space.Kill(1);
        space.StopAll(1, 1);
        space.Unlock(held);
        LockId next = space.Request(3, "r", LockMode.EX);
        space.StartAll(2);
        space.DeliverAll();
        Assert.True(space.IsGranted(next));
        Assert.Equal(1, space[2].Counters.MasteredLocks);
    }

    [Fact]
    public void A_joining_member_with_a_lower_slot_takes_over_from_the_old_server()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.LowestSlot);
        space.Add(1, 1);
        space.Add(2, 2);
        space.Started();
        LockId held = space.Request(1, "r", LockMode.EX);
        LockId waits = space.Request(2, "r", LockMode.EX);
        space.DeliverAll();
        space.StopAll(1);
        space.Add(3, 0);
        space.StartAll(2);
        space.DeliverAll();
        Assert.Equal((2L, 0L), (space[3].Counters.MasteredLocks, space[1].Counters.MasteredLocks));
        Assert.False(space.IsGranted(waits));
        space.Unlock(held);
        space.DeliverAll();
        Assert.True(space.Granted(waits).Token > space.Granted(held).Token);
    }

    [Fact]
    public void A_stop_breaks_a_pass_off_and_the_next_start_begins_anew()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.Directory, 1, 2, 3, 4).Started();
        LockId atDead = space.Request(4, "r", LockMode.PR);
        space.DeliverAll();
        LockId[] holders = [space.Request(1, "r", LockMode.PR), space.Request(2, "r", LockMode.PR), space.Request(3, "r", LockMode.PR)];
        space.DeliverAll();
        Assert.True(space.IsGranted(atDead));
        space.Kill(4);
        space.StopAll(1, 4);
        space.StartAll(2);
        space.DeliverAll((from, _) => from != 3); // 3 dies in the middle: some locks are adopted, some are not
        Assert.Empty(space.Recovered);
        space.Kill(3);
        space.StopAll(2, 3);
        space.LoseAll();
        foreach (ulong member in new ulong[] { 1, 2 })
        {
            space.Do(member, core => core.PeerReset(new MemberId(3 - member), space.Now));
        }

        space.StartAll(3);
        space.DeliverAll();
        Assert.Equal(2, space.Recovered.Count(r => r.Generation == new Generation(3)));
        Assert.Equal(2, space[1].Counters.MasteredLocks + space[2].Counters.MasteredLocks);
        LockId writer = space.Request(1, "r", LockMode.EX);
        space.DeliverAll();
        space.Unlock(holders[0]);
        space.DeliverAll();
        Assert.False(space.IsGranted(writer));
        space.Unlock(holders[1]);
        space.DeliverAll();
        Assert.True(space.IsGranted(writer));
    }

    [Fact]
    public void A_message_of_a_later_generation_waits_for_its_start_and_what_is_too_much_comes_again()
    {
        var space = new LockSpaceDriver(MasteringPolicy.LowestSlot);
        space.Options = space.Options with { MaxEarlyMessages = 2 };
        space.Add(1, 0);
        space.Add(2, 1);
        LockId[] asked = [space.Request(2, "a", LockMode.EX), space.Request(2, "b", LockMode.EX), space.Request(2, "c", LockMode.EX)];
        space.StartAll(1);
        space.DeliverAll();
        Assert.All(asked, id => Assert.True(space.IsGranted(id)));
        space.StopAll(1);
        space.Start(2, 2);
        space.DeliverAll();
        Assert.Equal(LockSpaceState.Stopped, space[1].State);
        space.Start(1, 2);
        space.DeliverAll();
        for (int i = 0; i < 3; i++)
        {
            space.Tick(space.Options.RetransmitAfter);
            space.DeliverAll();
        }

        Assert.Equal((LockSpaceState.Granting, LockSpaceState.Granting), (space[1].State, space[2].State));
    }

    [Fact]
    public void A_message_of_a_member_that_has_departed_is_ignored()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.LowestSlot, 1, 2, 3).Started();
        space.Request(3, "r", LockMode.EX); // under way when its sender is gone
        var late = new LockMessage(
            new Generation(1), 99, 0, new LockMessageBody.Request(ResourceName.Create("r"), 1, 1, LockMode.EX, LockFlags.None));
        space.Kill(3);
        space.StopAll(1, 3);
        space.StartAll(2);
        space.DeliverAll();
        space.Do(1, core => core.Receive(new MemberId(3), late, space.Now));
        Assert.Equal(0, space[1].Counters.MasteredLocks);
    }

    [Fact]
    public void Many_locks_travel_in_one_message()
    {
        var space = new LockSpaceDriver(MasteringPolicy.LowestSlot, 1, 2, 3);
        space.Started();
        for (int i = 0; i < 1000; i++)
        {
            space.Request(2, $"r{i}", LockMode.EX);
            space.Request(3, $"s{i}", LockMode.EX);
        }

        space.DeliverAll();
        space.Kill(1);
        space.StopAll(1, 1);
        space.Forget();
        space.StartAll(2);
        space.DeliverAll();
        Assert.Equal(2000, space[2].Counters.MasteredLocks);
        Assert.Equal(4, space.Sent.Count(s => s.Body is LockMessageBody.Holding));
    }

    [Fact]
    public void Starts_and_stops_that_are_over_are_ignored()
    {
        LockSpaceDriver space = new LockSpaceDriver(MasteringPolicy.Directory, 1).Started();
        space.StopAll(1);
        space.StartAll(2);
        space.StopAll(1);
        space.StartAll(2);
        Assert.Equal(LockSpaceState.Granting, space[1].State);
        Assert.Single(space.Recovered);
    }
}
