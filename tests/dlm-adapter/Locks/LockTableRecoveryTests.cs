using Cluster.Membership;

namespace Cluster.Locks.Tests;

public sealed class LockTableRecoveryTests
{
    private static readonly ResourceName Resource = ResourceName.Create("r");

    [Fact]
    public void Purging_an_owner_frees_nothing_until_the_pass_after_recovery()
    {
        var table = new TableDriver();
        table.Request("r", 1, LockMode.EX);
        table.Request("r", 2, LockMode.EX);
        Assert.Equal(1, table.Table.PurgeOwners(owner => owner.Value == 1));
        Assert.Equal(TableLockState.Waiting, table.StateOf(2));
        table.Table.StartGeneration(new Generation(2));
        table.TakeCompletions();
        table.Table.GrantAfterRecovery();
        LockCompletion granted = Assert.Single(table.TakeCompletions());
        Assert.Equal(new Generation(2), granted.Token.Generation);
    }

    [Fact]
    public void The_first_pass_grants_adopted_conversions_in_any_order()
    {
        var table = new TableDriver(2);
        Adopt(table, 1, LockMode.PR);
        Adopt(table, 2, LockMode.NL, LockMode.EX);
        Adopt(table, 3, LockMode.NL, LockMode.PR);
        table.Table.GrantAfterRecovery();
        Assert.Equal(TableLockState.Converting, table.StateOf(2));
        Assert.Equal(LockMode.PR, table.View(3).Granted);
        Assert.Equal([(1UL, LockMode.EX), (3UL, LockMode.EX)], table.TakeNotices().OrderBy(n => n.Number));
    }

    [Fact]
    public void Adopted_conversions_that_wait_for_each_other_are_found_to_deadlock()
    {
        var table = new TableDriver(2);
        Adopt(table, 1, LockMode.PR, LockMode.EX);
        Adopt(table, 2, LockMode.PR, LockMode.EX);
        table.Table.GrantAfterRecovery();
        LockCompletion failed = Assert.Single(table.TakeCompletions());
        Assert.Equal((LockStatus.Deadlock, 2UL), (failed.Status, failed.Id.Number));
        table.Unlock(2);
        Assert.Equal(LockMode.EX, table.View(1).Granted);
    }

    [Fact]
    public void An_adopted_conversion_that_must_not_wait_ends_as_Again()
    {
        var table = new TableDriver(2);
        Adopt(table, 1, LockMode.PR);
        Adopt(table, 2, LockMode.PR, LockMode.EX, LockFlags.NoQueue);
        table.Table.GrantAfterRecovery();
        LockCompletion failed = Assert.Single(table.TakeCompletions());
        Assert.Equal((LockStatus.Again, LockMode.PR), (failed.Status, failed.Mode));
    }

    [Fact]
    public void A_conversion_downwards_that_may_have_been_granted_before_is_granted_again()
    {
        var table = new TableDriver(2);
        Adopt(table, 1, LockMode.EX, LockMode.PR); // the old master may have granted PR, and PR to 2
        Adopt(table, 2, LockMode.PR);
        table.Table.GrantAfterRecovery();
        LockCompletion granted = Assert.Single(table.TakeCompletions());
        Assert.Equal((1UL, LockStatus.Granted, LockMode.PR), (granted.Id.Number, granted.Status, granted.Mode));
    }

    [Fact]
    public void A_conversion_from_PR_to_CW_keeps_PR_unless_somebody_else_has_CW_already()
    {
        var table = new TableDriver(2);
        Adopt(table, 1, LockMode.PR, LockMode.CW);
        Adopt(table, 2, LockMode.PR);
        table.Table.GrantAfterRecovery();
        Assert.Equal((TableLockState.Converting, LockMode.PR), (table.StateOf(1), table.View(1).Granted));

        table = new TableDriver(2);
        Adopt(table, 1, LockMode.PR, LockMode.CW);
        Adopt(table, 2, LockMode.CW);
        table.Table.GrantAfterRecovery();
        Assert.Equal((TableLockState.Granted, LockMode.CW), (table.StateOf(1), table.View(1).Granted));
    }

    [Fact]
    public void A_conversion_that_may_give_up_its_mode_is_demoted_only_if_somebody_else_got_it()
    {
        var table = new TableDriver(2);
        Adopt(table, 1, LockMode.PR, LockMode.EX, LockFlags.ConvDeadlk);
        Adopt(table, 2, LockMode.EX);
        table.Table.GrantAfterRecovery();
        Assert.True(table.View(1) is { Granted: LockMode.NL, Demoted: true });
        table.Unlock(2);
        Assert.True(Assert.Single(table.TakeCompletions()) is { Status: LockStatus.Granted, Mode: LockMode.EX, Demoted: true });

        table = new TableDriver(2);
        Adopt(table, 1, LockMode.PR, LockMode.EX, LockFlags.ConvDeadlk);
        Adopt(table, 2, LockMode.PR);
        table.Table.GrantAfterRecovery();
        Assert.True(table.View(1) is { Granted: LockMode.PR, Demoted: false });
    }

    [Fact]
    public void An_adopted_lock_keeps_its_token_and_later_ones_are_greater()
    {
        var table = new TableDriver(7);
        var old = FencingToken.Compose(new Generation(6), 123_456);
        table.Table.Adopt(Resource, TableDriver.Id(1), LockMode.EX, old, 1, null, LockFlags.None);
        Assert.Equal(old, table.View(1).Token);
        table.Request("r", 2, LockMode.EX);
        table.Unlock(1);
        Assert.True(table.View(2).Token > old);
    }

    [Fact]
    public void Adopting_incompatible_locks_is_a_broken_invariant()
    {
        var table = new TableDriver(2);
        Adopt(table, 1, LockMode.EX);
        Assert.Throws<InvalidOperationException>(() => Adopt(table, 2, LockMode.PR));
    }

    [Fact]
    public void Only_what_was_adopted_after_the_last_completed_generation_is_dropped()
    {
        var table = new TableDriver(1);
        table.Request("native", 1, LockMode.EX);
        table.Table.StartGeneration(new Generation(2));
        Adopt(table, 2, LockMode.PR);
        table.Table.DropAdoptedAfter(new Generation(1));
        Assert.True(table.Exists(1));
        Assert.False(table.Exists(2));
        Assert.False(table.Table.Contains(Resource));
    }

    [Fact]
    public void Unused_resources_are_given_back_oldest_first_and_never_while_in_use()
    {
        var table = new TableDriver();
        table.Table.Now = new(1);
        table.Request("a", 1, LockMode.EX);
        table.Request("b", 2, LockMode.EX);
        table.Unlock(2);
        table.Table.Now = new(2);
        table.Unlock(1);
        Assert.True(table.Table.TryGetLongestIdle(out ResourceName oldest, out var since));
        Assert.Equal(("b", 1L), (oldest.Text, since.Nanoseconds));
        table.Request("b", 3, LockMode.EX);
        Assert.False(table.Table.RemoveIdle(ResourceName.Create("b")));
        Assert.True(table.Table.RemoveIdle(ResourceName.Create("a")));
        Assert.Equal(["b"], table.Table.ResourceNames().Select(name => name.Text));
    }

    private static void Adopt(
        TableDriver table, ulong number, LockMode granted, LockMode? requested = null, LockFlags flags = LockFlags.None) =>
        table.Table.Adopt(
            Resource,
            TableDriver.Id(number),
            granted,
            FencingToken.Compose(new Generation(1), number),
            requested is null ? 1u : 2u,
            requested,
            flags);
}
