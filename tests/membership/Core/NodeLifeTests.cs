using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

public class NodeLifeTests
{
    private readonly StateDriver _driver = new();

    [Fact]
    public void A_join_makes_an_incarnation_from_its_log_index()
    {
        CommandOutcome outcome = _driver.Join(2);

        Assert.True(outcome.Accepted);
        Assert.Equal(1UL, outcome.Id);
        Assert.Equal(["up n2 i1"], _driver.TakeEvents());
    }

    [Fact]
    public void A_repeated_join_of_the_same_life_changes_nothing()
    {
        _driver.Join(2, nonce: 7);
        _driver.TakeEvents();

        CommandOutcome again = _driver.Join(2, nonce: 7);

        Assert.True(again.Accepted);
        Assert.Equal(1UL, again.Id);
        Assert.Empty(_driver.TakeEvents());
    }

    [Fact]
    public void A_node_that_is_down_and_not_proven_stopped_may_not_join()
    {
        _driver.AllJoin();
        ulong member = _driver.JoinGroup(3, 33).Id;
        _driver.Down(3);

        CommandOutcome outcome = _driver.Join(3, nonce: 99);

        Assert.Equal(OutcomeCode.NotProvenStopped, outcome.Code);
        Assert.Contains($"m{member}", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_old_life_of_a_fenced_node_is_refused_and_a_new_one_taken()
    {
        _driver.AllJoin();
        _driver.Down(3);
        _driver.Confirm(3);
        _driver.TakeEvents();

        Assert.Equal(OutcomeCode.Stale, _driver.Join(3, nonce: 3).Code);
        CommandOutcome fresh = _driver.Join(3, nonce: 4);

        Assert.True(fresh.Accepted);
        Assert.Equal([$"up n3 i{fresh.Id}"], _driver.TakeEvents());
    }

    [Fact]
    public void A_restarted_daemon_joins_when_every_process_of_its_former_life_is_proven_gone()
    {
        _driver.AllJoin();
        ulong member = _driver.JoinGroup(3, 33).Id;
        _driver.TakeEvents();

        CommandOutcome outcome = _driver.Join(3, nonce: 99, exited: member);

        Assert.True(outcome.Accepted);
        Assert.Equal(
            ["down n3 i3", "stop g1 [4]", "fenced n3 process-exited", "up n3 i5"],
            _driver.TakeEvents());
    }

    [Fact]
    public void A_reboot_proves_all_processes_of_the_former_life_gone()
    {
        _driver.AllJoin();
        _driver.JoinGroup(3, 33);

        Assert.True(_driver.Join(3, nonce: 99, boot: "b2").Accepted);
    }

    [Fact]
    public void Ended_processes_are_not_enough_for_a_group_that_demands_more()
    {
        _driver.AllJoin();
        ulong member = _driver.JoinGroup(3, 33, Evidence.ObservedOff).Id;

        CommandOutcome outcome = _driver.Join(3, nonce: 99, exited: member);

        Assert.Equal(OutcomeCode.NotProvenStopped, outcome.Code);
        Assert.Contains("observed-off", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_join_waits_while_a_fence_attempt_is_at_work_on_the_former_life()
    {
        _driver.AllJoin();
        _driver.Down(3);
        _driver.Start(4, 1, executor: 1);

        Assert.Equal(OutcomeCode.WrongState, _driver.Join(3, nonce: 99).Code);
    }

    [Fact]
    public void A_join_waits_while_a_leader_that_is_no_member_has_the_node_switched_off()
    {
        _driver.Join(1);
        _driver.Join(2);
        _driver.Join(3);
        _driver.AtMembershipLevel();
        _driver.Down(3);
        ulong operation = _driver.State.OpenOperations.Single().Id.Value;
        _driver.StartByNonMember(operation, 1, executor: 2);

        CommandOutcome atWork = _driver.Join(3, nonce: 9, boot: "b2");
        _driver.End(operation, 1, succeeded: false, failure: "unreachable");
        CommandOutcome after = _driver.Join(3, nonce: 9, boot: "b2");

        Assert.Equal(OutcomeCode.WrongState, atWork.Code);
        Assert.Contains("at work on its former life", atWork.Detail, StringComparison.Ordinal);
        Assert.True(after.Accepted);
    }

    [Fact]
    public void A_join_between_attempts_supersedes_the_operation()
    {
        _driver.AllJoin();
        _driver.Down(3);
        _driver.Start(4, 1, executor: 1);
        _driver.End(4, 1, succeeded: false, failure: "unreachable");
        _driver.TakeEvents();

        CommandOutcome outcome = _driver.Join(3, nonce: 99);

        Assert.True(outcome.Accepted);
        Assert.Equal(["fenced n3 process-exited", "closed f4 superseded", "up n3 i7"], _driver.TakeEvents());
    }

    [Fact]
    public void A_declaration_about_a_former_life_is_stale()
    {
        _driver.AllJoin();
        ulong former = _driver.Life(3);
        _driver.Join(3, nonce: 99);

        CommandOutcome outcome = _driver.Apply(new Command { NodeDown = new NodeDown { Node = 3, Incarnation = former } });

        Assert.Equal(OutcomeCode.Stale, outcome.Code);
        Assert.Equal(NodeLifeState.Up, _driver.State.FindNode("n3")!.State);
    }

    [Fact]
    public void A_node_leaves_cleanly_only_after_its_group_members()
    {
        _driver.AllJoin();
        ulong member = _driver.JoinGroup(3, 33).Id;
        Command leave = new() { NodeLeave = new NodeLeave { Node = 3, Incarnation = _driver.Life(3) } };

        Assert.Equal(OutcomeCode.WrongState, _driver.Apply(leave.Clone()).Code);
        _driver.LeaveGroup(member);
        _driver.TakeEvents();

        Assert.True(_driver.Apply(leave.Clone()).Accepted);
        Assert.Equal(["left n3"], _driver.TakeEvents());
    }

    [Fact]
    public void A_name_that_differs_from_the_configuration_is_refused()
    {
        CommandOutcome outcome = _driver.Apply(new Command { NodeJoin = new NodeJoin { Node = 2, Name = "other", Nonce = 1 } });

        Assert.Equal(OutcomeCode.Conflict, outcome.Code);
    }

    [Fact]
    public void A_request_that_arrives_twice_has_its_effect_once()
    {
        Command join = new()
        {
            Proposer = 2,
            Request = 55,
            NodeJoin = new NodeJoin { Node = 2, Name = "n2", Nonce = 1 },
        };
        CommandOutcome first = _driver.Apply(join.Clone());
        _driver.TakeEvents();

        CommandOutcome second = _driver.Apply(join.Clone());

        Assert.Equal(first, second);
        Assert.Empty(_driver.TakeEvents());
    }

    [Fact]
    public void An_unreadable_command_is_refused_and_harms_nothing()
    {
        CommandOutcome outcome = _driver.Apply(new Command());

        Assert.Equal(OutcomeCode.Malformed, outcome.Code);
        Assert.Empty(_driver.TakeEvents());
    }
}
