using Cluster.Membership;

namespace Cluster.Locks.Tests;

public sealed class LockTableTests
{
    private readonly TableDriver _table = new();

    [Fact]
    public void A_compatible_request_waits_behind_an_incompatible_waiter()
    {
        _table.Request("r", 1, LockMode.PR);
        _table.Request("r", 2, LockMode.EX);
        _table.Request("r", 3, LockMode.PR);
        Assert.Equal(TableLockState.Waiting, _table.StateOf(3));
        _table.Unlock(1);
        Assert.Equal(TableLockState.Granted, _table.StateOf(2));
        Assert.Equal(TableLockState.Waiting, _table.StateOf(3));
        _table.Unlock(2);
        Assert.Equal(TableLockState.Granted, _table.StateOf(3));
    }

    [Fact]
    public void One_release_grants_all_compatible_waiters_at_the_head()
    {
        _table.Request("r", 1, LockMode.EX);
        _table.Request("r", 2, LockMode.PR);
        _table.Request("r", 3, LockMode.CR);
        _table.Request("r", 4, LockMode.PW);
        _table.Request("r", 5, LockMode.CR);
        _table.Unlock(1);
        Assert.Equal(
            [TableLockState.Granted, TableLockState.Granted, TableLockState.Waiting, TableLockState.Waiting],
            [_table.StateOf(2), _table.StateOf(3), _table.StateOf(4), _table.StateOf(5)]);
    }

    [Fact]
    public void NoOrder_overtakes_the_queue_on_arrival_and_from_it()
    {
        _table.Request("r", 1, LockMode.PR);
        _table.Request("r", 2, LockMode.EX);
        _table.Request("r", 3, LockMode.PR, LockFlags.NoOrder);
        Assert.Equal(TableLockState.Granted, _table.StateOf(3));
        _table.Request("r", 4, LockMode.PW, LockFlags.NoOrder);
        Assert.Equal(TableLockState.Waiting, _table.StateOf(4));
        _table.Request("r", 5, LockMode.CR, LockFlags.NoOrder);
        _table.Unlock(1);
        _table.Unlock(3);
        Assert.Equal(TableLockState.Waiting, _table.StateOf(2)); // CR is in the way of EX, not of PW
        Assert.Equal(TableLockState.Granted, _table.StateOf(4));
    }

    [Fact]
    public void HeadQue_goes_before_those_that_wait()
    {
        _table.Request("r", 1, LockMode.EX);
        _table.Request("r", 2, LockMode.EX);
        _table.Request("r", 3, LockMode.EX, LockFlags.HeadQue);
        _table.Unlock(1);
        Assert.Equal(TableLockState.Granted, _table.StateOf(3));
        Assert.Equal(TableLockState.Waiting, _table.StateOf(2));
    }

    [Fact]
    public void Expedite_is_granted_whatever_waits_and_only_for_NL()
    {
        _table.Request("r", 1, LockMode.PR);
        _table.Request("r", 2, LockMode.EX);
        _table.Request("r", 3, LockMode.NL);
        Assert.Equal(TableLockState.Waiting, _table.StateOf(3));
        _table.Request("r", 4, LockMode.NL, LockFlags.Expedite);
        Assert.Equal(TableLockState.Granted, _table.StateOf(4));
        Assert.Equal(LockCallResult.InvalidArgument, _table.Request("r", 5, LockMode.CR, LockFlags.Expedite));
    }

    [Fact]
    public void A_conversion_overtakes_queued_conversions_unless_it_asks_to_be_queued()
    {
        _table.Request("r", 1, LockMode.PR);
        _table.Request("r", 2, LockMode.NL);
        _table.Request("r", 3, LockMode.NL);
        _table.Request("r", 4, LockMode.NL);
        _table.Convert(2, LockMode.EX);
        _table.Convert(3, LockMode.PR);
        Assert.Equal(TableLockState.Granted, _table.StateOf(3));
        _table.Convert(4, LockMode.PR, LockFlags.QueCvt);
        Assert.Equal(TableLockState.Converting, _table.StateOf(4));
        _table.Unlock(1);
        _table.Unlock(3);
        Assert.Equal(LockMode.EX, _table.View(2).Granted);
        Assert.Equal(TableLockState.Converting, _table.StateOf(4));
        _table.Unlock(2);
        Assert.Equal(LockMode.PR, _table.View(4).Granted);
    }

    [Fact]
    public void A_new_request_waits_while_a_conversion_waits()
    {
        _table.Request("r", 1, LockMode.CR);
        _table.Request("r", 2, LockMode.CR);
        _table.Convert(2, LockMode.EX);
        _table.Request("r", 3, LockMode.CR);
        Assert.Equal(TableLockState.Waiting, _table.StateOf(3));
        _table.Unlock(1);
        Assert.Equal(LockMode.EX, _table.View(2).Granted);
        _table.Convert(2, LockMode.CR);
        Assert.Equal(TableLockState.Granted, _table.StateOf(3));
    }

    [Fact]
    public void The_second_of_two_converters_that_wait_for_each_other_ends_as_Deadlock()
    {
        _table.Request("r", 1, LockMode.PR);
        _table.Request("r", 2, LockMode.PR);
        FencingToken before = _table.View(2).Token;
        _table.Convert(1, LockMode.EX);
        _table.TakeCompletions();
        _table.Convert(2, LockMode.EX);
        Assert.Equal(
            [new LockCompletion(TableDriver.Id(2), 2, LockStatus.Deadlock, LockMode.PR, before)], _table.TakeCompletions());
        Assert.Equal(TableLockState.Granted, _table.StateOf(2));
        _table.Unlock(2);
        Assert.Equal(LockMode.EX, _table.View(1).Granted);
    }

    [Fact]
    public void ConvDeadlk_gives_up_the_granted_mode_so_that_the_other_goes_on()
    {
        _table.Request("r", 1, LockMode.PR);
        _table.Request("r", 2, LockMode.PR);
        _table.Convert(1, LockMode.EX);
        _table.Convert(2, LockMode.EX, LockFlags.ConvDeadlk);
        Assert.Equal(LockMode.EX, _table.View(1).Granted);
        Assert.Equal((TableLockState.Converting, LockMode.NL), (_table.StateOf(2), _table.View(2).Granted));
        _table.TakeCompletions();
        _table.Unlock(1);
        LockCompletion last = Assert.Single(_table.TakeCompletions());
        Assert.True(last is { Status: LockStatus.Granted, Mode: LockMode.EX, Demoted: true });
    }

    [Fact]
    public void NoDlckWt_waits_all_the_same_and_a_cancel_breaks_it()
    {
        _table.Request("r", 1, LockMode.PR);
        _table.Request("r", 2, LockMode.PR);
        _table.Convert(1, LockMode.EX);
        _table.Convert(2, LockMode.EX, LockFlags.NoDlckWt);
        Assert.Equal(TableLockState.Converting, _table.StateOf(2));
        _table.TakeCompletions();
        _table.Cancel(2);
        LockCompletion canceled = Assert.Single(_table.TakeCompletions());
        Assert.True(canceled is { Status: LockStatus.Canceled, Mode: LockMode.PR });
        _table.Unlock(2);
        Assert.Equal(LockMode.EX, _table.View(1).Granted);
    }

    [Fact]
    public void A_canceled_waiter_is_gone_and_those_behind_it_move_up()
    {
        _table.Request("r", 1, LockMode.PR);
        _table.Request("r", 2, LockMode.EX);
        _table.Request("r", 3, LockMode.PR);
        _table.TakeCompletions();
        _table.Cancel(2);
        Assert.Equal([LockStatus.Canceled, LockStatus.Granted], _table.TakeCompletions().Select(c => c.Status));
        Assert.False(_table.Exists(2));
        Assert.Equal(LockCallResult.Busy, _table.Cancel(1));
        Assert.Equal(LockCallResult.NotFound, _table.Cancel(2));
    }

    [Fact]
    public void A_waiting_lock_can_be_unlocked_and_converting_or_waiting_ones_cannot_be_converted()
    {
        _table.Request("r", 1, LockMode.EX);
        _table.Request("r", 2, LockMode.PR);
        Assert.Equal(LockCallResult.Busy, _table.Convert(2, LockMode.EX));
        Assert.Equal(LockCallResult.Accepted, _table.Unlock(2));
        Assert.Equal(LockCallResult.NotFound, _table.Unlock(2));
        Assert.Equal(LockCallResult.InvalidArgument, _table.Convert(1, LockMode.PR, LockFlags.QueCvt));
    }

    [Fact]
    public void A_repeated_conversion_changes_nothing()
    {
        _table.Request("r", 1, LockMode.PR);
        _table.Convert(1, LockMode.EX);
        _table.TakeCompletions();
        Assert.Equal(LockCallResult.Accepted, _table.Table.Convert(TableDriver.Id(1), LockMode.NL, LockFlags.None, _table.OperationOf(1)));
        Assert.Equal(LockMode.EX, _table.View(1).Granted);
        Assert.Empty(_table.TakeCompletions());
    }

    [Fact]
    public void Notices_are_repeated_only_when_more_is_blocked()
    {
        _table.Request("r", 1, LockMode.EX);
        _table.Request("r", 2, LockMode.CR);
        Assert.Equal([(1UL, LockMode.CR)], _table.TakeNotices());
        _table.Request("r", 3, LockMode.CR);
        Assert.Empty(_table.TakeNotices());
        _table.Request("r", 4, LockMode.PR);
        Assert.Equal([(1UL, LockMode.PR)], _table.TakeNotices());
        _table.Request("r", 5, LockMode.CW);
        Assert.Equal([(1UL, LockMode.CW)], _table.TakeNotices());
        _table.Request("r", 6, LockMode.PR);
        Assert.Empty(_table.TakeNotices());
        _table.Request("r", 7, LockMode.EX);
        Assert.Equal([(1UL, LockMode.EX)], _table.TakeNotices());
    }

    [Fact]
    public void A_grant_starts_the_notices_anew()
    {
        _table.Request("r", 1, LockMode.EX);
        _table.Request("r", 2, LockMode.PW);
        _table.Request("r", 3, LockMode.EX);
        _table.TakeNotices();
        _table.Unlock(1);
        Assert.Equal([(2UL, LockMode.EX)], _table.TakeNotices());
        _table.Convert(2, LockMode.CR);
        Assert.Equal([(2UL, LockMode.EX)], _table.TakeNotices());
    }

    [Fact]
    public void NoQueueBast_tells_the_holders_although_nobody_waits()
    {
        _table.Request("r", 1, LockMode.PR);
        _table.Request("r", 2, LockMode.EX, LockFlags.NoQueue | LockFlags.NoQueueBast);
        Assert.Equal([(1UL, LockMode.EX)], _table.TakeNotices());
        Assert.False(_table.Exists(2));
    }

    [Fact]
    public void Every_grant_has_a_greater_token_and_a_new_generation_makes_them_greater_still()
    {
        _table.Request("r", 1, LockMode.EX);
        _table.Convert(1, LockMode.PR);
        _table.Request("s", 2, LockMode.CR);
        List<LockCompletion> granted = _table.TakeCompletions();
        Assert.Equal([1UL, 2, 3], granted.Select(c => c.Token.Counter));
        Assert.All(granted, c => Assert.Equal(new Generation(1), c.Token.Generation));
        _table.Table.StartGeneration(new Generation(2));
        _table.Request("r", 3, LockMode.CR);
        Assert.True(_table.TakeCompletions()[0].Token > granted[^1].Token);
        _table.Table.RaiseTokenCounter(10);
        _table.Request("r", 4, LockMode.CR);
        Assert.Equal(FencingToken.Compose(new Generation(2), 11), _table.TakeCompletions()[0].Token);
    }
}
