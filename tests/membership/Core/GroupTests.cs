using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

public class GroupTests
{
    private readonly StateDriver _driver = new();

    public GroupTests() => _driver.AllJoin();

    [Fact]
    public void The_first_member_starts_the_group_and_its_ack_makes_it_ready()
    {
        ulong member = _driver.JoinGroup(1, 11).Id;
        _driver.Ack(1, member);

        Assert.Equal([$"start g1 [{member}/0] departed []", "ready g1"], _driver.TakeEvents());
    }

    [Fact]
    public void A_joining_member_gets_the_lowest_free_slot_and_a_new_generation()
    {
        _driver.JoinGroup(1, 11);
        _driver.JoinGroup(2, 22);
        _driver.LeaveGroup(4);
        _driver.TakeEvents();

        _driver.JoinGroup(3, 33);

        Assert.Equal(["stop g3 []", "start g4 [7/0 5/1] departed []"], _driver.TakeEvents());
    }

    [Fact]
    public void A_dead_node_stops_the_group_and_only_evidence_starts_it()
    {
        _driver.JoinGroup(1, 11);
        _driver.JoinGroup(3, 33);
        _driver.TakeEvents();

        _driver.Down(3);
        Assert.Equal(["down n3 i3", "stop g2 [5]", "opened f6 n3 reboot"], _driver.TakeEvents());
        GroupRecord group = _driver.State.FindGroup("locks")!;
        Assert.Equal(GroupPhase.Stopped, group.Phase);
        Assert.Equal(["fencing of n3 (demands at least confirmed-by-human; no attempt yet)"], GroupWaits.Of(group, _driver.State));

        _driver.Start(6, 1, executor: 1);
        _driver.End(6, 1, succeeded: true, Evidence.ObservedOff);
        Assert.Equal(
            ["attempt 1 off by n1", "attempt 1 ok", "fenced n3 observed-off", "start g3 [4/0] departed [5]"],
            _driver.TakeEvents());
    }

    [Fact]
    public void A_failed_attempt_leaves_the_group_stopped_and_says_why()
    {
        _driver.JoinGroup(1, 11);
        _driver.JoinGroup(3, 33);
        _driver.Down(3);
        _driver.Start(6, 1, executor: 1);
        _driver.End(6, 1, succeeded: false, failure: "authentication");

        GroupRecord group = _driver.State.FindGroup("locks")!;
        Assert.Equal(GroupPhase.Stopped, group.Phase);
        Assert.Contains("authentication", Assert.Single(GroupWaits.Of(group, _driver.State)), StringComparison.Ordinal);
    }

    [Fact]
    public void Weaker_evidence_than_demanded_does_not_start_the_group()
    {
        _driver.JoinGroup(1, 11, Evidence.ObservedOff);
        _driver.JoinGroup(3, 33, Evidence.ObservedOff);
        _driver.Down(3);

        _driver.Confirm(3);
        Assert.Equal(GroupPhase.Stopped, _driver.State.FindGroup("locks")!.Phase);

        _driver.Start(6, 1, executor: 1);
        _driver.End(6, 1, succeeded: true, Evidence.ObservedOff);
        Assert.Equal(GroupPhase.Starting, _driver.State.FindGroup("locks")!.Phase);
    }

    [Fact]
    public void A_node_confirmed_by_a_human_may_not_join_while_a_group_waits_for_more()
    {
        _driver.JoinGroup(1, 11, Evidence.ObservedOff);
        _driver.JoinGroup(3, 33, Evidence.ObservedOff);
        _driver.Down(3);
        _driver.Confirm(3);

        Assert.Equal(OutcomeCode.NotProvenStopped, _driver.Join(3, nonce: 99, boot: "b2").Code);
    }

    [Fact]
    public void A_second_death_during_the_stop_is_told_and_waited_for_too()
    {
        _driver.JoinGroup(1, 11);
        _driver.JoinGroup(2, 22);
        _driver.JoinGroup(3, 33);
        _driver.Down(3);
        _driver.TakeEvents();

        _driver.Down(2);
        Assert.Contains("stop g3 [5]", _driver.TakeEvents());
        _driver.Confirm(3);
        Assert.Equal(GroupPhase.Stopped, _driver.State.FindGroup("locks")!.Phase);
        _driver.Confirm(2);
        Assert.Equal("start g4 [4/0] departed [5 6]", _driver.TakeEvents().Single(e => e.StartsWith("start", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_process_that_ends_on_a_live_node_needs_no_fence()
    {
        _driver.JoinGroup(1, 11, Evidence.ObservedOff);
        _driver.JoinGroup(2, 22, Evidence.ObservedOff);
        _driver.TakeEvents();

        _driver.LeaveGroup(5, Evidence.ProcessExited);

        Assert.Equal(["stop g2 [5]", "start g3 [4/0] departed [5]"], _driver.TakeEvents());
    }

    [Fact]
    public void The_generation_never_goes_back_even_when_the_group_was_empty()
    {
        ulong member = _driver.JoinGroup(1, 11).Id;
        _driver.LeaveGroup(member);
        _driver.TakeEvents();

        _driver.JoinGroup(1, 12);

        Assert.StartsWith("start g2", Assert.Single(_driver.TakeEvents()), StringComparison.Ordinal);
    }

    [Fact]
    public void When_the_only_member_dies_a_newcomer_waits_for_the_evidence()
    {
        _driver.JoinGroup(3, 33);
        _driver.Down(3);
        _driver.TakeEvents();

        _driver.JoinGroup(1, 11);
        Assert.Empty(_driver.TakeEvents());
        _driver.Confirm(3);

        Assert.Contains("start g2 [6/1] departed [4]", _driver.TakeEvents());
    }

    [Fact]
    public void Members_must_demand_the_same_evidence()
    {
        _driver.JoinGroup(1, 11, Evidence.ObservedOff);

        Assert.Equal(OutcomeCode.Conflict, _driver.JoinGroup(2, 22, Evidence.ConfirmedByHuman).Code);
    }

    [Fact]
    public void A_group_that_is_empty_takes_another_demand_and_one_that_waits_for_proof_does_not()
    {
        ulong member = _driver.JoinGroup(3, 33, Evidence.ObservedOff).Id;
        _driver.LeaveGroup(member);
        Assert.True(_driver.JoinGroup(3, 34, Evidence.ConfirmedByHuman).Accepted);

        _driver.Down(3);
        Assert.Equal(OutcomeCode.Conflict, _driver.JoinGroup(1, 11, Evidence.LeaseExpired).Code);
    }

    [Fact]
    public void An_ack_of_an_old_generation_counts_for_nothing()
    {
        ulong first = _driver.JoinGroup(1, 11).Id;
        _driver.JoinGroup(2, 22);

        Assert.Equal(OutcomeCode.Stale, _driver.Ack(1, first).Code);
        Assert.Equal(["ack of n1 (m4)", "ack of n2 (m5)"], GroupWaits.Of(_driver.State.FindGroup("locks")!, _driver.State));
    }

    [Theory]
    [InlineData(Evidence.None)]
    [InlineData((Evidence)7)]
    [InlineData((Evidence)(-1))]
    public void A_demand_that_nothing_can_meet_is_refused(Evidence evidence) =>
        Assert.Equal(OutcomeCode.Malformed, _driver.JoinGroup(1, 11, evidence).Code);

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("white space")]
    [InlineData("a/b")]
    public void A_bad_group_name_is_refused(string name) =>
        Assert.Equal(OutcomeCode.Malformed, _driver.JoinGroup(1, 11, group: name).Code);
}
