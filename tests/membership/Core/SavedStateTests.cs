using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Google.Protobuf;

namespace Cluster.Membership.Tests;

/// <summary>A node that was given the state instead of the commands that made it must not be told from one that applied them all.</summary>
public sealed class SavedStateTests
{
    private const int Commands = 400;

    public static TheoryData<int> Parts() =>
    [
        SavedState.NodesFieldNumber,
        SavedState.GroupsFieldNumber,
        SavedState.IdempotencyKeysFieldNumber,
        SavedState.ProposersFieldNumber,
        SavedState.OperationsFieldNumber,
        SavedState.FeatureLevelFieldNumber,
        SavedState.TokensFieldNumber,
        SavedState.AssembledFieldNumber,
        SavedState.RemovedNodesFieldNumber,
        SavedState.SettingsFieldNumber,
    ];

    [Fact]
    public void A_restored_state_goes_on_like_the_one_that_was_saved()
    {
        for (ulong seed = 1; seed <= 150; seed++)
        {
            Assert.Null(FirstDifference(seed, saved => saved));
        }
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_left_out_is_noticed(int part)
    {
        // What shows that the test above can fail: every part of the saved state matters to some later command.
        ulong seed = 1;
        while (FirstDifference(seed, saved => Without(saved, part)) is null)
        {
            seed++;
            Assert.True(seed < 200, $"leaving out field {part} made no difference in {seed} histories");
        }
    }

    [Fact]
    public void Equal_states_have_equal_bytes_whichever_way_they_came_about()
    {
        var driver = new Replica();
        var history = new CommandHistory(3);
        ClusterState copy = NewState();
        for (int at = 0; at < Commands; at++)
        {
            driver.Apply(history.Next(driver.State));
            byte[] saved = driver.State.Save();
            if (at % 20 == 0)
            {
                copy.Restore(saved, driver.State.AppliedIndex);
                Assert.Equal(saved, copy.Save());
            }
        }

        // The joined pieces are what the generated code would have written.
        byte[] last = driver.State.Save();
        Assert.Equal(SavedState.Parser.ParseFrom(last).ToByteArray(), last);
    }

    [Fact]
    public void Restoring_keeps_the_node_records_that_others_hold()
    {
        var driver = new Replica();
        NodeRecord held = driver.State.FindNode(new NodeId(2))!;
        var other = new StateDriver();
        other.AllJoin();

        driver.State.Restore(other.State.Save(), other.State.AppliedIndex);

        Assert.Same(held, driver.State.FindNode(new NodeId(2)));
        Assert.Equal(NodeLifeState.Up, held.State);
        Assert.Equal(2UL, held.Incarnation.Value);
    }

    [Fact]
    public void A_state_as_of_another_index_is_refused()
    {
        var driver = new StateDriver();
        driver.AllJoin();

        Assert.Throws<InvalidOperationException>(() => NewState().Restore(driver.State.Save(), new LogIndex(4)));
    }

    [Fact]
    public void Bytes_that_are_no_state_are_refused_with_a_way_out()
    {
        var e = Assert.Throws<InvalidOperationException>(() => NewState().Restore(new byte[] { 0xFF, 0xFF, 0xFF }, new LogIndex(1)));

        Assert.Contains("run the release that wrote it", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_is_not_configured_any_more_is_left_out_once_its_life_is_over()
    {
        var driver = new StateDriver();
        driver.AllJoin();
        driver.Apply(new Command { NodeLeave = new NodeLeave { Node = 3, Incarnation = driver.Life(3) } });
        var smaller = new ClusterState([new(new(1), "n1"), new(new(2), "n2")]);

        smaller.Restore(driver.State.Save(), driver.State.AppliedIndex);

        Assert.Equal(["n1", "n2"], smaller.Nodes.Select(node => node.Name));
    }

    [Fact]
    public void A_node_that_is_not_configured_any_more_but_lives_is_not_forgotten()
    {
        var driver = new StateDriver();
        driver.AllJoin();
        var smaller = new ClusterState([new(new(1), "n1"), new(new(2), "n2")]);

        var e = Assert.Throws<InvalidOperationException>(() => smaller.Restore(driver.State.Save(), driver.State.AppliedIndex));

        Assert.Contains("add it to the list of nodes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_under_another_name_is_refused()
    {
        var driver = new StateDriver();
        driver.AllJoin();
        var renamed = new ClusterState([new(new(1), "n1"), new(new(2), "n2"), new(new(3), "other")]);

        var e = Assert.Throws<InvalidOperationException>(() => renamed.Restore(driver.State.Save(), driver.State.AppliedIndex));

        Assert.Contains("configured as other", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_log_that_dropped_events_says_so_after_it_was_restored()
    {
        var log = new EventLog(capacity: 4);
        for (ulong index = 1; index <= 10; index++)
        {
            log.Add(new ClusterEvent { Index = index, Ordinal = 1, GroupReady = new GroupReadyEvent { Group = "g" } });
        }

        byte[] bytes = new byte[log.SavedBytes];
        log.SaveTo(bytes);
        var restored = new EventLog(capacity: 4);
        restored.Restore([.. SavedState.Parser.ParseFrom(bytes).Events], log.DroppedThrough, log.Last);

        Assert.Equal(new EventPosition(6, 1), restored.DroppedThrough);
        Assert.Equal([7UL, 8UL, 9UL, 10UL], Enumerable.Range(0, restored.Count).Select(at => restored[at].Index));
        Assert.Equal(log.SavedBytes, restored.SavedBytes);
    }

    [Theory]
    [InlineData(typeof(SavedLifeState), typeof(NodeLifeState), "Node")]
    [InlineData(typeof(SavedFencePhase), typeof(FencePhase), "Fence")]
    [InlineData(typeof(SavedGroupPhase), typeof(GroupPhase), "Group")]
    [InlineData(typeof(SavedOutcomeCode), typeof(OutcomeCode), "Outcome")]
    public void Words_have_the_same_numbers_in_the_core_and_in_saved_states(Type saved, Type core, string prefix) =>
        Assert.Equal(
            Enum.GetValues(core).Cast<int>().Select(value => (value, prefix + Enum.GetName(core, value))),
            Enum.GetValues(saved).Cast<int>().Select(value => (value, Enum.GetName(saved, value)!)));

    /// <summary>Two replicas, one of which is replaced by a restored one somewhere on the way; what first differs between them, in words.</summary>
    private static string? FirstDifference(ulong seed, Func<byte[], byte[]> transport)
    {
        var history = new CommandHistory(seed);
        int cut = (int)new SplitMix64(seed * 31).Below(Commands);
        var straight = new Replica();
        Replica? restored = null;
        for (int at = 0; at < Commands; at++)
        {
            if (at == cut)
            {
                restored = new Replica();
                byte[] saved = transport(straight.State.Save());
                try
                {
                    restored.State.Restore(saved, straight.State.AppliedIndex);
                }
                catch (InvalidOperationException e)
                {
                    return $"seed {seed}: refused: {e.Message}";
                }
            }

            Command command = history.Next(straight.State);
            string expected = straight.Apply(command);
            if (restored is not null && Attempted(restored, command) is var found && found != expected)
            {
                return $"seed {seed}, command {at}: {expected} became {found}";
            }
        }

        return straight.State.Save().AsSpan().SequenceEqual(restored!.State.Save()) ? null : $"seed {seed}: the states differ at the end";
    }

    /// <summary>A state that lacks something may not even get through a command.</summary>
    private static string Attempted(Replica replica, Command command)
    {
        try
        {
            return replica.Apply(command);
        }
        catch (KeyNotFoundException e)
        {
            return e.Message;
        }
    }

    private static byte[] Without(byte[] bytes, int part)
    {
        SavedState saved = SavedState.Parser.ParseFrom(bytes);
        SavedState.Descriptor.FindFieldByNumber(part).Accessor.Clear(saved);
        return saved.ToByteArray();
    }

    private static ClusterState NewState() => new([new(new(1), "n1"), new(new(2), "n2"), new(new(3), "n3")]);

    /// <summary>Applies commands; what each caused, in words.</summary>
    private sealed class Replica
    {
        private readonly List<ClusterEvent> _events = [];

        public ClusterState State { get; } = NewState();

        public string Apply(Command command)
        {
            _events.Clear();
            LogEntry entry = new(State.AppliedIndex.Next, new Term(1), EntryKind.Command, command.ToByteArray());
            CommandOutcome outcome = State.Apply(entry, _events)!.Value.Outcome;
            return $"{outcome} {string.Join(' ', _events)}";
        }
    }
}
