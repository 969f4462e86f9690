using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>Members that do not acknowledge are taken out, and what they held is kept from others until they are proven stopped (S3).</summary>
public sealed class ExpellingTests
{
    private readonly StateDriver _driver = new();
    private readonly ulong _first;
    private readonly ulong _late;

    public ExpellingTests()
    {
        _driver.AllJoinAtNewestLevel();
        _first = _driver.JoinGroup(1, 11).Id;
        _late = _driver.JoinGroup(2, 22).Id;
        _driver.Ack(2, _first);
        _driver.TakeEvents();
    }

    private GroupRecord Group => _driver.State.FindGroup("locks")!;

    [Fact]
    public void A_late_member_is_taken_out_and_the_group_waits_for_its_end()
    {
        Assert.True(Expel(2, _late).Accepted);

        Assert.Equal([$"stop g2 [{_late}]"], _driver.TakeEvents());
        Assert.Equal(GroupPhase.Stopped, Group.Phase);
        Assert.Equal(
            [$"end of process 22 on n2 (m{_late}, expelled: it did not acknowledge in time) or fencing of n2"], GroupWaits.Of(Group, _driver.State));
    }

    [Theory]
    [InlineData(Evidence.ProcessExited)]
    [InlineData(Evidence.None)]
    public void The_end_of_its_process_or_its_own_word_lets_the_group_go_on(Evidence evidence)
    {
        Expel(2, _late);
        _driver.TakeEvents();

        Assert.True(_driver.LeaveGroup(_late, evidence).Accepted);

        Assert.Equal([$"start g3 [{_first}/0] departed [{_late}]"], _driver.TakeEvents());
        Assert.Equal(OutcomeCode.NotFound, _driver.LeaveGroup(_late, evidence).Code);
    }

    [Fact]
    public void Once_its_node_is_down_only_fencing_lets_the_group_go_on()
    {
        Expel(2, _late);
        _driver.Down(2);
        _driver.TakeEvents();

        Assert.Equal(OutcomeCode.NotFound, _driver.LeaveGroup(_late, Evidence.ProcessExited).Code);
        Assert.Equal(GroupPhase.Stopped, Group.Phase);
        Assert.Contains("fencing of n2 (demands", GroupWaits.Of(Group, _driver.State)[0], StringComparison.Ordinal);
        _driver.Confirm(2);

        Assert.Contains($"start g3 [{_first}/0] departed [{_late}]", _driver.TakeEvents());
    }

    [Fact]
    public void A_node_with_an_expelled_member_can_not_leave_and_its_next_life_must_prove_the_end()
    {
        Expel(2, _late);

        CommandOutcome leave = _driver.Apply(new Command { NodeLeave = new NodeLeave { Node = 2, Incarnation = _driver.Life(2) } });
        CommandOutcome unproven = Rejoin();
        CommandOutcome proven = Rejoin(_late);

        Assert.Equal(OutcomeCode.WrongState, leave.Code);
        Assert.Equal(OutcomeCode.NotProvenStopped, unproven.Code);
        Assert.True(proven.Accepted);
        Assert.Equal(GroupPhase.Starting, Group.Phase);
    }

    [Fact]
    public void One_that_acknowledged_or_a_generation_that_is_over_expels_nobody()
    {
        Assert.Equal(OutcomeCode.Stale, Expel(2, _first).Code);
        Assert.Equal(OutcomeCode.Stale, Expel(1, _late).Code);
        _driver.Ack(2, _late);
        Assert.Equal(OutcomeCode.Stale, Expel(2, _late).Code);
        Assert.Equal(GroupPhase.Ready, Group.Phase);
    }

    [Fact]
    public void Members_name_the_same_deadline_and_fate_until_the_group_is_empty()
    {
        Assert.True(Join(3, 33, "other", 5000, LateMember.Fence).Accepted);
        CommandOutcome outcome = Join(1, 34, "other", 6000, LateMember.Fence);

        Assert.Equal(OutcomeCode.Conflict, outcome.Code);
        Assert.Contains(
            "have 5000 ms (nodes of late ones are fenced) to acknowledge, not 6000 ms (nodes of late ones are fenced)", outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(OutcomeCode.Conflict, Join(1, 34, "other", 5000, LateMember.Expel).Code);
        Assert.Equal(OutcomeCode.Malformed, Join(1, 34, "other", 5000, (LateMember)7).Code);
        Assert.True(Join(1, 34, "other", 5000, LateMember.Fence).Accepted);
        GroupRecord group = _driver.State.FindGroup("other")!;
        Assert.Equal((TimeSpan.FromSeconds(5), LateMember.Fence), (group.AckDeadline, group.LateMember));
    }

    [Fact]
    public void Below_the_level_deadlines_and_expulsions_count_nowhere()
    {
        StateDriver old = new();
        old.AllJoin();
        old.JoinGroup(1, 11);

        CommandOutcome expel = old.Apply(new Command { GroupExpel = new GroupExpel { Group = "locks", Generation = 1, Member = 4 } });
        old.Apply(new Command
        {
            GroupJoin = new GroupJoin
            {
                Group = "other", Node = 1, Incarnation = old.Life(1), Nonce = 5, RequiredEvidence = Evidence.ConfirmedByHuman, AckDeadlineMs = 5000,
            },
        });

        Assert.Contains("not known to this version", expel.Detail, StringComparison.Ordinal);
        Assert.Null(old.State.FindGroup("other")!.AckDeadline);
    }

    private CommandOutcome Expel(ulong generation, ulong member) => _driver.Apply(new Command
    {
        GroupExpel = new GroupExpel { Group = "locks", Generation = generation, Member = member, WaitedMs = 60_001 },
    });

    private CommandOutcome Join(uint node, ulong nonce, string group, uint deadline, LateMember late) => _driver.Apply(new Command
    {
        GroupJoin = new GroupJoin
        {
            Group = group,
            Node = node,
            Incarnation = _driver.Life(node),
            Nonce = nonce,
            RequiredEvidence = Evidence.ConfirmedByHuman,
            AckDeadlineMs = deadline,
            LateMember = late,
        },
    });

    private CommandOutcome Rejoin(params ulong[] exited)
    {
        NodeJoin join = new() { Node = 2, Name = "n2", Nonce = 99, BootId = "b1", FeatureLevel = FeatureLevels.Understood };
        join.ExitedMembers.AddRange(exited);
        return _driver.Apply(new Command { NodeJoin = join });
    }
}
