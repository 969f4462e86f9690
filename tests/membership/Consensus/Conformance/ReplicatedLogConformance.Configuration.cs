namespace Cluster.Consensus.Tests.Conformance;

// Who takes part, and who leads.
public abstract partial class ReplicatedLogConformance
{
    private readonly ConformanceCluster _growing = new(engines, spares: 1);

    [Fact]
    public void An_added_node_is_given_everything_and_can_be_made_a_voter()
    {
        _growing.Commit("a");
        _growing.Change(ConfigurationStep.Add(new NodeId(4)));
        _growing.Commit("b");
        _growing.RunUntil(() => _growing.Find(4).State.Count == 2, "the learner has everything");
        _growing.Change(ConfigurationStep.Promote(new NodeId(4)));

        Assert.True(_growing.Leader!.Engine!.Configuration.IsVoter(new NodeId(4)));
        Assert.Empty(_growing.Leader.Engine.Configuration.Learners);
    }

    [Fact]
    public void A_leader_knows_when_a_learner_can_be_promoted()
    {
        NodeId four = new(4);
        _growing.Commit("a");
        Assert.DoesNotContain(_growing.Nodes, n => n.Engine!.IsCaughtUp(four));
        _growing.Change(ConfigurationStep.Add(four));
        _growing.RunUntil(() => _growing.Leader!.Engine!.IsCaughtUp(four), "the learner has caught up");
        Assert.DoesNotContain(_growing.Others, n => n.Engine!.IsCaughtUp(four));
        Assert.DoesNotContain(_growing.Nodes.Take(3), n => _growing.Leader!.Engine!.IsCaughtUp(n.Id));
        _growing.Change(ConfigurationStep.Promote(four));
        Assert.False(_growing.Leader!.Engine!.IsCaughtUp(four));
    }

    [Fact]
    public void Timing_changes_while_everybody_runs_and_one_that_can_not_be_is_refused()
    {
        _cluster.Commit("a");
        foreach (int factor in new[] { 4, 1, 2 })
        {
            var timing = new RaftTiming(
                TimeSpan.FromMilliseconds(50 * factor), TimeSpan.FromMilliseconds(200 * factor), TimeSpan.FromMilliseconds(350 * factor));
            foreach (ConformanceNode node in _cluster.Nodes)
            {
                _cluster.Input(node, e => e.Retime(timing, _cluster.Now));
                _cluster.Run(100);
            }

            _cluster.Commit($"at {factor}");
        }

        var wrong = new RaftTiming(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(200));
        Assert.Throws<RaftConfigurationException>(() => _cluster.Elect().Engine!.Retime(wrong, _cluster.Now));
        _cluster.Commit("b");
        Assert.Equal(["a", "at 4", "at 1", "at 2", "b"], _cluster.Leader!.State);
    }

    [Fact]
    public void One_of_two_voters_goes_on_without_the_other_when_its_intent_is_durable()
    {
        _cluster.Commit("a");
        NodeId gone = _cluster.Others[0].Id;
        _cluster.Change(ConfigurationStep.Remove(gone));
        _cluster.Find(gone.Value).Crash();
        ConformanceNode survivor = _cluster.Elect();
        ConformanceNode other = _cluster.Others.Single();
        other.Crash();
        Assert.False(GoAlone());
        _cluster.Input(survivor, e => e.NoteStandoff(new Standoff(other.Id, 7), _cluster.Now));
        _cluster.RunUntil(() => survivor.Status.DurableStandoff == new Standoff(other.Id, 7), "the intent is durable");
        _cluster.RunUntil(GoAlone, "it goes on alone");
        _cluster.Commit("b");
        Assert.Equal(survivor, _cluster.Leader);
        Assert.Equal([survivor.Id], survivor.Engine!.Configuration.Voters);
        Assert.True(survivor.Engine.Configuration.IsLearner(other.Id));

        other.Start();
        _cluster.RunUntil(() => other.State.Count == 2, "the other has what it missed");
        _cluster.RunUntil(() => survivor.Status.DurableStandoff.IsNone, "the intent is gone");
        Assert.False(GoAlone());

        bool GoAlone()
        {
            bool hasBegun = false;
            _cluster.Input(survivor, e => hasBegun = e.TryGoAlone(other.Id, _cluster.Now, out string refusal));
            _cluster.Settle();
            return hasBegun;
        }
    }

    [Fact]
    public void A_learner_has_no_say()
    {
        _growing.Change(ConfigurationStep.Add(new NodeId(4)));
        ConformanceNode leader = _growing.Leader!;
        foreach (ConformanceNode voter in _growing.Nodes.Take(3).Where(n => n != leader))
        {
            voter.Crash();
        }

        _growing.Propose(leader, "x");
        _growing.Run(1_000);
        Assert.All(_growing.Nodes, node => Assert.DoesNotContain("x", node.State));
    }

    [Fact]
    public void Voters_are_replaced_in_one_change()
    {
        _growing.Commit("a");
        _growing.Change(ConfigurationStep.Add(new NodeId(4)));
        _growing.RunUntil(() => _growing.Find(4).State.Count == 1, "the learner has everything");
        NodeId gone = _growing.Nodes.First(n => n != _growing.Leader && n.Id != new NodeId(4)).Id;
        _growing.Change(ConfigurationStep.Promote(new NodeId(4)), ConfigurationStep.Remove(gone));
        _growing.Find(gone.Value).Crash();

        _growing.Commit("b");
        _growing.RunUntil(() => _growing.Find(4).State.Count == 2, "the new voter takes part");
        Assert.Equal(3, _growing.Leader!.Engine!.Configuration.Voters.Length);
        Assert.False(_growing.Leader.Engine.Configuration.IsMember(gone));
    }

    [Fact]
    public void A_majority_is_one_of_votes_and_not_of_voters()
    {
        _cluster.Commit("a");
        ConformanceNode heavy = _cluster.Leader!;
        _cluster.Change(ConfigurationStep.Reweigh(heavy.Id, 3));
        foreach (ConformanceNode other in _cluster.Others)
        {
            other.Crash();
        }

        _cluster.Commit("b");
        Assert.Equal(3, heavy.Engine!.Configuration.VotesOf(heavy.Id));
        foreach (ConformanceNode other in _cluster.Others)
        {
            other.Start();
        }

        _cluster.RunUntil(() => _cluster.Others.All(n => n.State.Count == 2), "the others have what it committed alone");
        heavy.Crash();
        _cluster.Run(2_000);
        Assert.DoesNotContain(_cluster.Nodes, n => n.Engine is not null && n.Status.IsLeader && n.Status.BarrierCommitted && n.State.Count > 2);
        Assert.All(_cluster.Others, n => Assert.Equal(["a", "b"], n.State));
    }

    [Fact]
    public void A_change_that_does_not_fit_is_refused_with_a_reason()
    {
        ConformanceNode leader = _growing.Elect();
        Assert.NotEmpty(Refusal(leader, ConfigurationStep.Promote(new NodeId(4))));
        Assert.NotEmpty(Refusal(leader, ConfigurationStep.Add(new NodeId(1))));
        Assert.NotEmpty(Refusal(leader, ConfigurationStep.Reweigh(new NodeId(4), 2)));
        Assert.NotEmpty(Refusal(leader, ConfigurationStep.Reweigh(new NodeId(1), 0)));
        Assert.NotEmpty(Refusal(_growing.Others[0], ConfigurationStep.Add(new NodeId(4))));
    }

    [Fact]
    public void One_change_at_a_time()
    {
        ConformanceNode leader = _growing.Elect();
        foreach (ConformanceNode node in _growing.Nodes)
        {
            node.Disk.IsSlow = true;
        }

        _growing.Input(leader, e => Assert.True(
            e.TryChangeConfiguration(new ConfigurationChange(ConfigurationStep.Add(new NodeId(4))), _growing.Now, out _, out _)));
        Assert.NotEmpty(Refusal(leader, ConfigurationStep.Remove(new NodeId(2))));
    }

    [Fact]
    public void A_configuration_survives_snapshots_and_restarts()
    {
        _growing.Commit("a");
        _growing.Change(ConfigurationStep.Add(new NodeId(4)));
        _growing.Commit("b");
        _growing.RunUntil(() => _growing.Nodes.All(n => n.State.Count == 2), "everybody has everything");
        foreach (ConformanceNode node in _growing.Nodes)
        {
            _growing.Compact(node);
            node.Crash();
            node.Start();
        }

        _growing.Commit("c");
        Assert.True(_growing.Leader!.Engine!.Configuration.IsLearner(new NodeId(4)));
        _growing.RunUntil(() => _growing.Find(4).State.Count == 3, "the learner goes on");
    }

    [Fact]
    public void Leadership_is_handed_to_the_one_that_is_named()
    {
        ConformanceNode leader = _cluster.Elect();
        ConformanceNode next = _cluster.Others[1];
        _cluster.Commit("a");
        _cluster.Input(leader, e => Assert.True(e.TryTransfer(next.Id, _cluster.Now, out string refusal), refusal));

        _cluster.RunUntil(() => _cluster.Leader == next, "it leads");
        _cluster.Commit("b");
        Assert.Equal(["a", "b"], next.State);
    }

    [Fact]
    public void Leadership_is_not_handed_to_whoever_can_not_lead()
    {
        ConformanceNode leader = _growing.Elect();
        Assert.False(leader.Engine!.TryTransfer(new NodeId(4), _growing.Now, out string toStranger));
        Assert.NotEmpty(toStranger);
        Assert.False(_growing.Others[0].Engine!.TryTransfer(leader.Id, _growing.Now, out string fromFollower));
        Assert.NotEmpty(fromFollower);
    }

    private string Refusal(ConformanceNode node, ConfigurationStep step)
    {
        string refusal = "";
        _growing.Input(node, e => Assert.False(e.TryChangeConfiguration(new ConfigurationChange(step), _growing.Now, out _, out refusal)));
        return refusal;
    }
}
