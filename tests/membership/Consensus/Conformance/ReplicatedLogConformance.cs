namespace Cluster.Consensus.Tests.Conformance;

/// <summary>
/// What any engine behind <see cref="IReplicatedLog"/> must do. The cluster itself checks at every step that entries come in order and
/// once, that all state machines agree, that a term has one leader, and that reads are answered once.
/// </summary>
public abstract partial class ReplicatedLogConformance(ConformanceEngines engines)
{
    private readonly ConformanceCluster _cluster = new(engines);

    [Fact]
    public void Somebody_leads_and_all_others_know_who()
    {
        ConformanceNode leader = _cluster.Elect();

        _cluster.RunUntil(() => _cluster.Nodes.All(n => n.Status.Leader == leader.Id), "everybody knows the leader");
    }

    [Fact]
    public void Only_the_leader_takes_proposals()
    {
        _cluster.Elect();

        Assert.All(_cluster.Others, node => Assert.False(_cluster.Propose(node, "x")));
    }

    [Fact]
    public void What_is_proposed_is_applied_everywhere_in_the_order_of_proposing()
    {
        ConformanceNode leader = _cluster.Elect();
        List<string> commands = [.. Enumerable.Range(0, 100).Select(i => $"c{i}")];
        Assert.All(commands, command => Assert.True(_cluster.Propose(leader, command)));

        _cluster.RunUntil(() => _cluster.Nodes.All(n => n.State.Count == 100), "everything is applied everywhere");
        Assert.All(_cluster.Nodes, node => Assert.Equal(commands, node.State));
    }

    [Fact]
    public void Proposals_before_one_flush_share_one_write()
    {
        ConformanceNode leader = _cluster.Elect();
        _cluster.Input(leader, e =>
        {
            for (int i = 0; i < 10; i++)
            {
                Assert.True(e.TryPropose(new byte[] { (byte)('a' + i) }, _cluster.Now, out _));
            }

            Assert.Empty(e.Effects.Writes);
            e.Flush(_cluster.Now);
            Assert.Equal(10, Assert.Single(e.Effects.Writes).Entries.Count);
        });
    }

    [Fact]
    public void Nothing_is_committed_before_a_majority_has_it_on_disk()
    {
        ConformanceNode leader = _cluster.Elect();
        foreach (ConformanceNode other in _cluster.Others)
        {
            other.Disk.IsSlow = true;
        }

        Assert.True(_cluster.Propose(leader, "x"));
        _cluster.Run(60);
        Assert.All(_cluster.Nodes, node => Assert.DoesNotContain("x", node.State));

        _cluster.SyncAll();
        _cluster.RunUntil(() => _cluster.Nodes.All(n => n.State.Contains("x")), "it is committed once the disks have it");
    }

    [Fact]
    public void The_leaders_own_copy_counts_only_once_it_is_on_disk()
    {
        ConformanceNode leader = _cluster.Elect();
        leader.Disk.IsSlow = true;
        _cluster.Others[0].Disk.IsSlow = true;
        Assert.True(_cluster.Propose(leader, "x"));
        _cluster.Run(20);

        Assert.All(_cluster.Nodes, node => Assert.DoesNotContain("x", node.State));
    }

    [Fact]
    public void What_was_committed_survives_the_end_of_all_processes()
    {
        _cluster.Commit("a");
        _cluster.Commit("b");
        foreach (ConformanceNode node in _cluster.Nodes)
        {
            node.Crash();
        }

        foreach (ConformanceNode node in _cluster.Nodes)
        {
            node.Start();
        }

        _cluster.Commit("c");
        _cluster.RunUntil(() => _cluster.Nodes.All(n => n.State.Count == 3), "everybody has everything again");
        Assert.All(_cluster.Nodes, node => Assert.Equal(["a", "b", "c"], node.State));
    }

    [Fact]
    public void When_the_leader_dies_another_goes_on_with_what_was_committed()
    {
        _cluster.Commit("a");
        ConformanceNode dead = _cluster.Leader!;
        Term before = dead.Status.Term;
        dead.Crash();

        _cluster.Commit("b");
        Assert.True(_cluster.Leader!.Status.Term > before);
        Assert.Equal(["a", "b"], _cluster.Leader!.State);
    }

    [Fact]
    public void Without_a_majority_nothing_is_committed()
    {
        ConformanceNode leader = _cluster.Elect();
        foreach (ConformanceNode other in _cluster.Others)
        {
            other.Crash();
        }

        _cluster.Propose(leader, "x");
        _cluster.Run(1_000);
        Assert.DoesNotContain("x", leader.State);
    }

    [Fact]
    public void A_node_that_comes_back_is_given_what_it_missed()
    {
        _cluster.Commit("a");
        ConformanceNode away = _cluster.Others[0];
        away.Crash();
        _cluster.Commit("b");
        away.Start();

        _cluster.RunUntil(() => away.State.Count == 2, "it has caught up");
    }

    [Fact]
    public void A_leader_that_abdicates_leads_no_more_and_a_later_term_begins()
    {
        ConformanceNode leader = _cluster.Elect();
        Term before = leader.Status.Term;
        _cluster.Input(leader, e => e.Abdicate(_cluster.Now));
        Assert.False(leader.Status.IsLeader);

        Assert.True(_cluster.Elect().Status.Term > before);
    }

    [Fact]
    public void A_read_sees_every_write_that_was_acknowledged_before_it()
    {
        _cluster.Elect();
        for (int i = 0; i < 20; i++)
        {
            _cluster.Commit($"c{i}");
            LogIndex acknowledged = _cluster.Leader!.Applied;
            foreach (ConformanceNode node in _cluster.Nodes)
            {
                Assert.NotNull(_cluster.Read(node));
                ulong context = _cluster.Read(node)!.Value;
                _cluster.RunUntil(() => node.Reads.ContainsKey(context), $"the read on {node.Id} is answered");
                Assert.False(node.Reads[context].IsRefused);
                Assert.True(node.Reads[context].Index >= acknowledged);
                _cluster.RunUntil(() => node.Applied >= node.Reads[context].Index, "the barrier is reached");
            }
        }
    }
}
