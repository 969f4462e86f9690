namespace Cluster.Consensus.Tests.Configuration;

public class ConfigurationRulesTests
{
    private static readonly ClusterConfiguration Three = new(Ids(1, 2, 3), learners: Ids(4));

    public static TheoryData<ConfigurationStep[], string> Refused() => new()
    {
        { [], "no step" },
        { [ConfigurationStep.Add(new(1))], "takes part already" },
        { [ConfigurationStep.Add(new(4))], "takes part already" },
        { [ConfigurationStep.Add(NodeId.None)], "number nodes from 1 on" },
        { [ConfigurationStep.Promote(new(1))], "is no learner" },
        { [ConfigurationStep.Promote(new(9))], "add it first" },
        { [ConfigurationStep.Demote(new(4))], "is no voter" },
        { [ConfigurationStep.Remove(new(9))], "takes no part" },
        { [ConfigurationStep.Add(new(5)), ConfigurationStep.Remove(new(5))], "names #5 twice" },
        { [ConfigurationStep.Remove(new(1)), ConfigurationStep.Remove(new(2)), ConfigurationStep.Demote(new(3))], "no voter would be left" },
        { [default(ConfigurationStep) with { Node = new(5) }], "says neither" },
        { [ConfigurationStep.Promote(new(4), 0)], "give it 1 to 1000" },
        { [ConfigurationStep.Reweigh(new(1), 1001)], "give it 1 to 1000" },
        { [ConfigurationStep.Reweigh(new(4), 2)], "is no voter" },
        { [ConfigurationStep.Reweigh(new(1), 1)], "has them already" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_change_that_makes_no_sense_is_refused_with_the_reason(ConfigurationStep[] steps, string reason)
    {
        string? problem = ConfigurationRules.Enter(Three, new ConfigurationChange(steps), out ClusterConfiguration next);
        Assert.Contains(reason, problem, StringComparison.Ordinal);
        Assert.Equal(Three, next);
    }

    [Fact]
    public void A_change_of_learners_takes_one_step()
    {
        Assert.Null(Enter(Three, out ClusterConfiguration next, ConfigurationStep.Add(new(5)), ConfigurationStep.Remove(new(4))));
        Assert.Equal(new ClusterConfiguration(Ids(1, 2, 3), learners: Ids(5)), next);
    }

    [Fact]
    public void A_change_of_voters_takes_two_steps()
    {
        Assert.Null(Enter(
            Three,
            out ClusterConfiguration joint,
            ConfigurationStep.Promote(new(4)),
            ConfigurationStep.Demote(new(1)),
            ConfigurationStep.Remove(new(2)),
            ConfigurationStep.Add(new(5))));
        Assert.Equal(new ClusterConfiguration(Ids(3, 4), Ids(1, 2, 3), Ids(5), Ids(1)), joint);
        Assert.Equal("voters 3 4, outgoing 1 2 3, learners 5, learners next 1", joint.ToString());
        Assert.Equal(new ClusterConfiguration(Ids(3, 4), learners: Ids(1, 5)), ConfigurationRules.Leave(joint));
    }

    [Fact]
    public void A_change_of_votes_takes_two_steps()
    {
        Assert.Null(Enter(Three, out ClusterConfiguration joint, ConfigurationStep.Reweigh(new(2), 3)));
        Assert.Equal("voters 1 2×3 3, outgoing 1 2 3, learners 4", joint.ToString());
        Assert.Equal((3, 1), (joint.VotesOf(new(2)), joint.OutgoingVotesOf(new(2))));
        ClusterConfiguration next = ConfigurationRules.Leave(joint);
        Assert.Equal("voters 1 2×3 3, learners 4", next.ToString());
        Assert.NotEqual(Three, next);
        Assert.Equal((3, 0), (next.VotesOf(new(2)), next.OutgoingVotesOf(new(2))));
        Assert.Equal((0, 0), (next.VotesOf(new(4)), next.VotesOf(new(9))));
        Assert.True(next.IsDecidedBy(node => node == new NodeId(2)));
        Assert.False(joint.IsDecidedBy(node => node == new NodeId(2)));
        Assert.False(next.IsDecidedBy(node => node != new NodeId(2)));
    }

    [Fact]
    public void Votes_of_one_each_are_written_as_before_there_were_others()
    {
        // The bytes of logs and snapshots written before votes had weights.
        byte[] old = [0x0A, 0x03, 1, 2, 3, 0x12, 0x02, 2, 3, 0x1A, 0x01, 9, 0x22, 0x00];
        Assert.True(ConfigurationCodec.TryDecode(old, out ClusterConfiguration configuration));
        Assert.Equal(new ClusterConfiguration(Ids(1, 2, 3), Ids(2, 3), Ids(9)), configuration);
        Assert.All(Ids(1, 2, 3), node => Assert.Equal(1, configuration.VotesOf(node)));
        Assert.Equal(old[..^2], ConfigurationCodec.Encode(configuration));
    }

    [Fact]
    public void Any_sequence_of_changes_does_what_its_steps_say_and_the_bytes_come_back()
    {
        var random = new SplitMix64(21);
        for (int round = 0; round < 300; round++)
        {
            ClusterConfiguration current = new(Ids(1, 2, 3));
            for (int i = 0; i < 30; i++)
            {
                var steps = new ConfigurationStep[1 + random.Below(4)];
                for (int j = 0; j < steps.Length; j++)
                {
                    var kind = (ConfigurationStepKind)(1 + random.Below(5));
                    steps[j] = new ConfigurationStep(kind, new NodeId(1 + (uint)random.Below(8)), 1 + (int)random.Below(3));
                }

                if (Enter(current, out ClusterConfiguration next, steps) is null)
                {
                    Assert.Equal(next.IsJoint, !next.Voters.SequenceEqual(current.Voters) || !next.Votes.SequenceEqual(current.Votes));
                    Assert.True(!next.IsJoint || next.OutgoingVoters.SequenceEqual(current.Voters));
                    Assert.True(!next.IsJoint || next.OutgoingVotes.SequenceEqual(current.Votes));
                    RequireRoundTrip(next);
                    ClusterConfiguration final = next.IsJoint ? ConfigurationRules.Leave(next) : next;
                    RequireRoundTrip(final);
                    Assert.All(steps, step => Assert.True(IsDone(step, final), $"{step} in {final}"));
                    Assert.All(
                        current.Members.Where(node => !steps.Any(step => step.Node == node)),
                        node => Assert.Equal((current.VotesOf(node), current.IsLearner(node)), (final.VotesOf(node), final.IsLearner(node))));
                    current = final;
                }
            }
        }
    }

    [Fact]
    public void Sets_that_contradict_each_other_make_no_configuration()
    {
        Refuse("twice", () => new ClusterConfiguration(Ids(1, 1)));
        Refuse("number 0", () => new ClusterConfiguration([NodeId.None]));
        Refuse("as voter and as learner", () => new ClusterConfiguration(Ids(1, 2), learners: Ids(2)));
        Refuse("not a voter that goes out", () => new ClusterConfiguration(Ids(1, 2), Ids(1), learnersNext: Ids(2)));
        Refuse("nobody is to vote", () => new ClusterConfiguration([], Ids(1)));
        Refuse("no voters to learn from", () => new ClusterConfiguration([], learners: Ids(1)));
        Refuse("give it 1 to 1000", () => new ClusterConfiguration(Ids(1), votes: new Dictionary<NodeId, int> { [new(1)] = 0 }));
        Refuse("but is no voter", () => new ClusterConfiguration(Ids(1), votes: new Dictionary<NodeId, int> { [new(2)] = 2 }));
        Refuse("but is no voter", () => new ClusterConfiguration(Ids(1), outgoingVotes: new Dictionary<NodeId, int> { [new(1)] = 2 }));
        Assert.False(ConfigurationCodec.TryDecode([0x0A, 0x02, 1, 2, 0x2A, 0x01, 2], out _), "two voters and the votes of one");
        Assert.False(ConfigurationCodec.TryDecode([0x0A, 0x02, 1, 2, 0x2A, 0x02, 2, 0], out _), "no vote");
        Assert.False(ConfigurationCodec.TryDecode([0x0A, 0x02, 0x01, 0x01], out _));
        Assert.False(ConfigurationCodec.TryDecode([0xFF], out _));
    }

    [Fact]
    public void The_history_knows_what_was_in_force_where_and_goes_back_when_entries_are_truncated()
    {
        ClusterConfiguration[] all = [new(Ids(1)), new(Ids(1, 2)), new(Ids(1, 2, 3)), new(Ids(2, 3))];
        var history = new ConfigurationHistory(new LogIndex(5), all[0]);
        history.Add(new LogIndex(7), all[1]);
        history.Add(new LogIndex(9), all[2]);
        Assert.Equal(all[0], history.At(new LogIndex(6)));
        Assert.Equal(all[1], history.At(new LogIndex(8)));
        Assert.False(history.Truncate(new LogIndex(10)));
        Assert.True(history.Truncate(new LogIndex(8)));
        Assert.Equal((all[1], new LogIndex(7)), (history.Newest, history.NewestIndex));
        history.Add(new LogIndex(8), all[3]);
        history.DropBefore(new LogIndex(7));
        Assert.False(history.Truncate(new LogIndex(9)));
        Assert.True(history.Truncate(new LogIndex(1)));
        Assert.Equal(all[1], history.Newest);
        history.Restart(new LogIndex(20), all[2]);
        Assert.Equal((all[2], new LogIndex(20)), (history.Newest, history.NewestIndex));
        Assert.Throws<InvalidOperationException>(() => history.Add(new LogIndex(20), all[0]));
    }

    private static bool IsDone(ConfigurationStep step, ClusterConfiguration final) => step.Kind switch
    {
        ConfigurationStepKind.Add or ConfigurationStepKind.Demote => final.IsLearner(step.Node),
        ConfigurationStepKind.Promote or ConfigurationStepKind.Reweigh => final.VotesOf(step.Node) == step.Votes,
        _ => !final.IsMember(step.Node),
    };

    private static void RequireRoundTrip(ClusterConfiguration configuration)
    {
        Assert.True(ConfigurationCodec.TryDecode(ConfigurationCodec.Encode(configuration), out ClusterConfiguration decoded));
        Assert.Equal(configuration, decoded);
        Assert.Equal(configuration.GetHashCode(), decoded.GetHashCode());
    }

    private static void Refuse(string reason, Func<ClusterConfiguration> make) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);

    private static string? Enter(ClusterConfiguration current, out ClusterConfiguration next, params ConfigurationStep[] steps) =>
        ConfigurationRules.Enter(current, new ConfigurationChange(steps), out next);

    private static NodeId[] Ids(params uint[] numbers) => Array.ConvertAll(numbers, number => new NodeId(number));
}
