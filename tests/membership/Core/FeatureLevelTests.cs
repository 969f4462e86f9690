using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership.Tests;

/// <summary>Builds of different age in one cluster.</summary>
public sealed class FeatureLevelTests
{
    private readonly List<ClusterEvent> _events = [];

    [Fact]
    public void A_cluster_begins_at_the_first_level() => Assert.Equal(FeatureLevels.First, NewState().FeatureLevel);

    [Fact]
    public void The_level_is_raised_when_every_member_understands_it()
    {
        ClusterState state = NewState();
        Join(state, 1, 2);
        Join(state, 2, 2);

        Assert.Equal(2U, state.CommonFeatureLevel);
        Assert.True(Raise(state, 2).Accepted);
        Assert.Equal(2U, state.FeatureLevel);
    }

    [Fact]
    public void A_member_with_an_older_build_holds_the_level_back_and_is_named()
    {
        ClusterState state = NewState();
        Join(state, 1, 2);
        Join(state, 2, 0);

        CommandOutcome outcome = Raise(state, 2);

        Assert.Equal(OutcomeCode.Unsupported, outcome.Code);
        Assert.Contains("n2 (i2) understands only level 1; upgrade clusterd on n2", outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(1U, state.FeatureLevel);
        Assert.Equal(1U, state.CommonFeatureLevel);
    }

    [Fact]
    public void A_node_that_is_down_counts_because_it_may_come_back_with_the_same_build()
    {
        ClusterState state = NewState();
        Join(state, 1, 2);
        Join(state, 2, 1);
        Apply(state, new Command { NodeDown = new NodeDown { Node = 2, Incarnation = 2, Reason = "silent" } });

        Assert.Equal(OutcomeCode.Unsupported, Raise(state, 2).Code);
    }

    [Fact]
    public void A_node_that_left_by_its_own_wish_does_not_count()
    {
        ClusterState state = NewState();
        Join(state, 1, 2);
        Join(state, 2, 1);
        Apply(state, new Command { NodeLeave = new NodeLeave { Node = 2, Incarnation = 2 } });

        Assert.True(Raise(state, 2).Accepted);
    }

    [Fact]
    public void The_level_never_falls()
    {
        ClusterState state = NewState();
        Join(state, 1, 2);
        Raise(state, 2);

        Assert.True(Raise(state, 1).Accepted);
        Assert.Equal(2U, state.FeatureLevel);
        Assert.Equal(2U, state.CommonFeatureLevel);
    }

    [Fact]
    public void A_daemon_that_is_too_old_for_the_level_may_not_join_and_is_told_why()
    {
        ClusterState state = NewState();
        Join(state, 1, 2);
        Raise(state, 2);

        CommandOutcome outcome = Join(state, 2, 0);

        Assert.Equal(OutcomeCode.Unsupported, outcome.Code);
        Assert.Contains("understands feature level 1, the cluster runs at 2", outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(NodeLifeState.Absent, state.FindNode(new NodeId(2))!.State);
    }

    [Fact]
    public void A_command_that_needs_a_higher_level_is_refused_until_then()
    {
        ClusterState state = NewState();
        Join(state, 1, 2);
        Command command = new() { RequiredLevel = 2, GroupJoin = new GroupJoin { Group = "g", Node = 1, Incarnation = 1, RequiredEvidence = Evidence.ObservedOff } };

        CommandOutcome before = Apply(state, command);
        Raise(state, 2);

        Assert.Equal(OutcomeCode.Unsupported, before.Code);
        Assert.Contains("needs feature level 2, the cluster runs at 1", before.Detail, StringComparison.Ordinal);
        Assert.True(Apply(state, command).Accepted);
    }

    [Fact]
    public void A_build_that_does_not_know_a_command_refuses_it_like_one_that_does()
    {
        ClusterState knows = NewState(understood: 3);
        ClusterState doesNot = NewState(understood: 2);
        Join(knows, 1, 2);
        Join(doesNot, 1, 2);

        // Field 999 is the kind that only a later build knows; field 4 says from which level on.
        byte[] unknown = [.. new Command { RequiredLevel = 3 }.ToByteArray(), 0xBA, 0x3E, 0x00];
        Command known = new() { RequiredLevel = 3, FeatureRaise = new FeatureRaise { Level = 2 } };

        Assert.Equal(Apply(knows, known.ToByteArray()), Apply(doesNot, unknown));
    }

    [Fact]
    public void A_build_that_meets_a_level_beyond_its_own_stops()
    {
        ClusterState state = NewState(understood: 2);
        Join(state, 1, 3);

        var e = Assert.Throws<FeatureLevelException>(() => Raise(state, 3));

        Assert.Contains("understands only levels up to 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_that_is_given_a_state_beyond_its_level_stops()
    {
        ClusterState newer = NewState(understood: 3);
        Join(newer, 1, 3);
        Raise(newer, 3);

        Assert.Throws<FeatureLevelException>(() => NewState(understood: 2).Restore(newer.Save(), newer.AppliedIndex));
    }

    [Fact]
    public void The_leader_raises_the_level_once_all_members_have_it()
    {
        var driver = new NodeDriver();
        driver.Commit(new Command { NodeJoin = new NodeJoin { Node = 2, Name = "n2", Nonce = 7, BootId = "b", FeatureLevel = 1 } });
        driver.Run(TimeSpan.FromSeconds(0.3));
        Assert.Equal(1U, driver.Node.State.FeatureLevel);

        driver.Commit(new Command { NodeJoin = new NodeJoin { Node = 2, Name = "n2", Nonce = 8, BootId = "b2", FeatureLevel = 2 } });
        driver.Run(TimeSpan.FromSeconds(0.3));

        Assert.Equal(2U, driver.Node.State.FindNode(new NodeId(2))!.FeatureLevel);
        Assert.Equal(2U, driver.Node.State.FeatureLevel);
    }

    [Fact]
    public void While_a_cluster_forms_the_level_waits_for_those_who_have_not_joined_yet()
    {
        var driver = new NodeDriver(new MembershipTiming { StartupGrace = TimeSpan.FromSeconds(3) });
        driver.Join(2);
        driver.Run(TimeSpan.FromSeconds(2.5));
        Assert.Equal(1U, driver.Node.State.FeatureLevel);

        driver.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(FeatureLevels.Understood, driver.Node.State.FeatureLevel);
    }

    [Fact]
    public void A_cluster_that_is_complete_does_not_wait()
    {
        var driver = new NodeDriver(new MembershipTiming());
        driver.Join(2);
        driver.Join(3);

        driver.Run(TimeSpan.FromSeconds(0.3));

        Assert.Equal(FeatureLevels.Understood, driver.Node.State.FeatureLevel);
    }

    [Fact]
    public void The_raise_from_which_on_nodes_are_listed_in_the_log_names_the_founders()
    {
        ClusterState state = NewState();
        Join(state, 1, 3);
        FeatureRaise raise = new() { Level = FeatureLevels.Membership };
        raise.Founders.AddRange(state.Founders());

        Assert.True(Apply(state, new Command { FeatureRaise = raise }).Accepted);
        Assert.Equal(["1 n1", "2 n2", "3 n3"], raise.Founders.Select(node => $"{node.Node} {node.Name}"));
    }

    [Fact]
    public void A_node_that_began_with_other_founders_stops()
    {
        ClusterState state = NewState();
        Join(state, 1, 3);
        FeatureRaise raise = new() { Level = FeatureLevels.Membership };
        raise.Founders.Add(new ListedNode { Node = 1, Name = "n1" });

        var e = Assert.Throws<InvalidOperationException>(() => Apply(state, new Command { FeatureRaise = raise }));

        Assert.Contains("began with the nodes 1 n1, but this node with 1 n1, 2 n2, 3 n3", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_leader_names_the_founders_when_it_raises_the_level()
    {
        var driver = new NodeDriver(new MembershipTiming());
        driver.Join(2);
        driver.Join(3);
        driver.Run(TimeSpan.FromSeconds(0.3));

        Command raise = driver.Proposed.Single(command => command.KindCase == Command.KindOneofCase.FeatureRaise);
        Assert.Equal(["n1", "n2", "n3"], raise.FeatureRaise.Founders.Select(node => node.Name));
    }

    [Theory]
    [InlineData(0U)]
    [InlineData(FeatureLevels.Membership)]
    public void What_came_with_a_level_is_refused_before_in_the_words_of_builds_that_do_not_know_it(uint required)
    {
        ClusterState state = NewState();
        Join(state, 1, 2);
        Raise(state, 2);
        Command add = new() { RequiredLevel = required, NodeAdd = new NodeAdd { Node = 4, Name = "n4", Who = "ann" } };
        add.NodeAdd.Addresses.Add("10.0.0.4:7001");

        // What the builds of level 2 said.
        (OutcomeCode, string) expected = required == 0
            ? (OutcomeCode.Malformed, "the command is not known to this version; upgrade all nodes before using it")
            : (OutcomeCode.Unsupported, "the command needs feature level 3, the cluster runs at 2; upgrade clusterd on all nodes before using it");
        CommandOutcome outcome = Apply(state, add);
        Assert.Equal(expected, (outcome.Code, outcome.Detail));
    }

    private static ClusterState NewState(uint understood = FeatureLevels.Understood) =>
        new([new(new(1), "n1"), new(new(2), "n2"), new(new(3), "n3")], understood: understood);

    private CommandOutcome Join(ClusterState state, uint node, uint level) =>
        Apply(state, new Command { NodeJoin = new NodeJoin { Node = node, Name = $"n{node}", Nonce = node, BootId = "b", FeatureLevel = level } });

    private CommandOutcome Raise(ClusterState state, uint level) => Apply(state, new Command { FeatureRaise = new FeatureRaise { Level = level } });

    private CommandOutcome Apply(ClusterState state, Command command) => Apply(state, command.ToByteArray());

    private CommandOutcome Apply(ClusterState state, byte[] payload) =>
        state.Apply(new LogEntry(state.AppliedIndex.Next, new Term(1), EntryKind.Command, payload), _events)!.Value.Outcome;
}
