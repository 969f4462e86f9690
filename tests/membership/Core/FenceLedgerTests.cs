using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

public class FenceLedgerTests
{
    private readonly StateDriver _driver = new();

    public FenceLedgerTests() => _driver.AllJoin();

    [Fact]
    public void A_node_that_goes_down_opens_an_operation_in_the_same_step()
    {
        _driver.Down(3);

        Assert.Equal(["down n3 i3", "opened f4 n3 reboot"], _driver.TakeEvents());
    }

    [Fact]
    public void Evidence_fences_and_a_reboot_goes_on_to_switch_on()
    {
        _driver.Down(3);
        _driver.Start(4, 1, executor: 1);
        _driver.TakeEvents();

        _driver.End(4, 1, succeeded: true, Evidence.ObservedOff);
        Assert.Equal(["attempt 1 ok", "fenced n3 observed-off"], _driver.TakeEvents());

        _driver.Start(4, 2, executor: 1, AttemptAction.SwitchOn);
        _driver.End(4, 2, succeeded: true);
        Assert.Equal(["attempt 2 on by n1", "attempt 2 ok", "closed f4 powered-on"], _driver.TakeEvents());
    }

    [Fact]
    public void Success_without_evidence_is_recorded_as_a_failure()
    {
        _driver.Down(3);
        _driver.Start(4, 1, executor: 1);
        _driver.TakeEvents();

        _driver.End(4, 1, succeeded: true, Evidence.None);

        Assert.Equal(["attempt 1 device"], _driver.TakeEvents());
        Assert.Equal(NodeLifeState.Down, _driver.State.FindNode("n3")!.State);
    }

    [Fact]
    public void An_executor_that_is_replaced_leaves_an_unknown_outcome()
    {
        _driver.Down(3);
        _driver.Start(4, 1, executor: 1);
        _driver.TakeEvents();

        _driver.Start(4, 2, executor: 2);

        Assert.Equal(["attempt 1 unknown", "attempt 2 off by n2"], _driver.TakeEvents());
        Assert.Equal(OutcomeCode.Stale, _driver.End(4, 1, succeeded: true, Evidence.ObservedOff).Code);
    }

    [Fact]
    public void The_target_is_never_its_own_executor()
    {
        _driver.Down(3);

        Assert.Equal(OutcomeCode.Stale, _driver.Start(4, 1, executor: 3).Code);
    }

    [Fact]
    public void No_attempt_begins_while_the_target_counts_as_up()
    {
        ulong operation = _driver.Fence(3).Id;

        Assert.Equal(OutcomeCode.WrongState, _driver.Start(operation, 1, executor: 1).Code);
        _driver.Down(3);
        Assert.True(_driver.Start(operation, 1, executor: 1).Accepted);
    }

    [Fact]
    public void The_same_key_and_request_find_the_same_operation_and_another_request_conflicts()
    {
        CommandOutcome first = _driver.Fence(3, "key-1");

        Assert.Equal(first.Id, _driver.Fence(3, "key-1").Id);
        Assert.Equal(OutcomeCode.Conflict, _driver.Fence(3, "key-1", reason: "another").Code);
        Assert.Equal(OutcomeCode.Conflict, _driver.Fence(2, "key-1").Code);
    }

    [Fact]
    public void A_second_request_joins_the_operation_in_flight()
    {
        ulong operation = _driver.Fence(3, "a").Id;

        Assert.Equal(operation, _driver.Fence(3, "b").Id);
    }

    [Fact]
    public void Fencing_may_not_take_the_last_majority()
    {
        Assert.True(_driver.Fence(3).Accepted);

        CommandOutcome outcome = _driver.Fence(2);

        Assert.Equal(OutcomeCode.WouldLoseQuorum, outcome.Code);
        Assert.Contains("2 of 3", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_humans_word_is_recorded_as_such_and_only_for_a_node_that_is_down()
    {
        Assert.Equal(OutcomeCode.WrongState, _driver.Confirm(3).Code);
        _driver.Down(3);
        Assert.Equal(OutcomeCode.Malformed, _driver.Confirm(3, who: "").Code);
        _driver.TakeEvents();

        Assert.True(_driver.Confirm(3).Accepted);

        Assert.Equal(["fenced n3 confirmed-by-human", "closed f5 confirmed"], _driver.TakeEvents());
        Assert.Equal("ann", _driver.State.FindNode("n3")!.ConfirmedBy);
    }

    [Fact]
    public void Switching_on_is_given_up_after_five_attempts()
    {
        _driver.Down(3);
        _driver.Start(4, 1, executor: 1);
        _driver.End(4, 1, succeeded: true, Evidence.ObservedOff);
        for (uint attempt = 2; attempt <= 6; attempt++)
        {
            Assert.True(_driver.Start(4, attempt, executor: 1, AttemptAction.SwitchOn).Accepted);
            _driver.End(4, attempt, succeeded: false, failure: "unreachable");
        }

        Assert.Equal("closed f4 on-failed", _driver.TakeEvents()[^1]);
        Assert.Equal(NodeLifeState.Fenced, _driver.State.FindNode("n3")!.State);
    }

    [Fact]
    public void A_fenced_node_can_not_be_fenced_again()
    {
        _driver.Down(3);
        _driver.Confirm(3);

        Assert.Equal(OutcomeCode.WrongState, _driver.Fence(3).Code);
    }

    [Fact]
    public void A_daemon_started_anew_does_not_supersede_what_an_operator_asked_for()
    {
        ulong operation = _driver.Fence(3).Id;
        _driver.TakeEvents();

        Assert.Equal(OutcomeCode.WrongState, _driver.Join(3, nonce: 99).Code);
        Assert.Equal(OutcomeCode.WrongState, _driver.Join(3, nonce: 99, boot: "b2").Code);
        Assert.Empty(_driver.TakeEvents());

        _driver.Down(3);
        _driver.Start(operation, 1, executor: 1);
        _driver.End(operation, 1, succeeded: true, Evidence.ObservedOff);
        Assert.True(_driver.Join(3, nonce: 99, boot: "b2").Accepted);
    }

    [Fact]
    public void A_machine_that_has_booted_anew_is_what_a_reboot_was_asked_for()
    {
        _driver.Fence(3, kind: FenceKind.Reboot);

        Assert.True(_driver.Join(3, nonce: 99, boot: "b2").Accepted);
    }

    [Fact]
    public void A_human_word_lets_a_node_join_that_an_operator_wanted_fenced_in_vain()
    {
        _driver.Fence(3);
        _driver.Down(3);
        _driver.Confirm(3);

        Assert.True(_driver.Join(3, nonce: 99).Accepted);
    }

    [Fact]
    public void An_operator_who_wants_a_node_off_is_not_answered_with_its_reboot()
    {
        _driver.Down(3);
        ulong operation = _driver.State.OpenOperations.Single().Id.Value;

        Assert.Equal(operation, _driver.Fence(3, kind: FenceKind.Off).Id);
        _driver.Start(operation, 1, executor: 1);
        _driver.End(operation, 1, succeeded: true, Evidence.ObservedOff);

        Assert.Equal($"closed f{operation} fenced", _driver.TakeEvents()[^1]);
    }

    [Fact]
    public void A_request_for_another_end_than_that_of_the_operation_under_way_conflicts()
    {
        _driver.Fence(3, kind: FenceKind.Off);
        Assert.Equal(OutcomeCode.Conflict, _driver.Fence(3, kind: FenceKind.Reboot).Code);

        _driver.Down(2);
        ulong reboot = _driver.State.OpenOperations.Last().Id.Value;
        _driver.Start(reboot, 1, executor: 1);
        _driver.End(reboot, 1, succeeded: true, Evidence.ObservedOff);
        Assert.Equal(OutcomeCode.Conflict, _driver.Fence(2, kind: FenceKind.Off).Code);
    }
}
