namespace Cluster.Consensus.Tests.Conformance;

// Snapshots, and everything together at random.
public abstract partial class ReplicatedLogConformance
{
    [Fact]
    public void A_snapshot_takes_the_place_of_the_log_it_covers()
    {
        _cluster.Commit("a");
        _cluster.Commit("b");
        ConformanceNode leader = _cluster.Leader!;
        LogIndex through = leader.Applied;
        Assert.True(_cluster.Compact(leader));
        Assert.Equal(through, leader.Status.SnapshotIndex);
        Assert.Equal(0, leader.Restores);

        leader.Crash();
        leader.Start();
        _cluster.Run(1);
        Assert.Equal(1, leader.Restores);
        Assert.Equal(["a", "b"], leader.State);
        _cluster.Commit("c");
        _cluster.RunUntil(() => leader.State.Count == 3, "it goes on after the snapshot");
    }

    [Fact]
    public void A_node_that_lacks_what_was_dropped_gets_the_snapshot()
    {
        ConformanceNode leader = _cluster.Elect();
        ConformanceNode away = _cluster.Others[0];
        away.Crash();
        _cluster.Commit("a");
        _cluster.Commit("b");
        Assert.True(_cluster.Compact(leader));
        foreach (ConformanceNode other in _cluster.Others)
        {
            _cluster.Compact(other);
        }

        _cluster.Commit("c");
        away.Start();
        _cluster.RunUntil(() => away.State.Count == 3, "it has caught up");
        Assert.Equal(1, away.Restores);
        Assert.Equal(["a", "b", "c"], away.State);
    }

    [Fact]
    public void A_snapshot_that_is_not_saved_changes_nothing()
    {
        _cluster.Commit("a");
        ConformanceNode leader = _cluster.Leader!;
        leader.IsSavingSlow = true;
        Assert.True(_cluster.Compact(leader));
        Assert.Equal(LogIndex.Zero, leader.Status.SnapshotIndex);
        Assert.False(_cluster.Compact(leader), "one is being saved");

        leader.Crash();
        leader.IsSavingSlow = false;
        leader.FailsToSave = true;
        leader.Start();
        _cluster.Commit("b");
        _cluster.RunUntil(() => leader.State.Count == 2, "it has everything from its log");
        Assert.True(_cluster.Compact(leader));
        Assert.Equal(LogIndex.Zero, leader.Status.SnapshotIndex);

        leader.FailsToSave = false;
        Assert.True(_cluster.Compact(leader), "another attempt is possible");
        Assert.NotEqual(LogIndex.Zero, leader.Status.SnapshotIndex);
    }

    [Fact]
    public void A_state_from_beyond_what_was_handed_out_is_refused()
    {
        _cluster.Commit("a");
        ConformanceNode leader = _cluster.Leader!;

        Assert.Throws<InvalidOperationException>(
            () => leader.Engine!.Compact(leader.Applied.Next, new byte[1], _cluster.Now));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Crashes_and_snapshots_at_random_lose_nothing_that_was_acknowledged(ulong seed)
    {
        var random = new SplitMix64(seed);
        List<string> acknowledged = [];
        for (int step = 0; step < 300; step++)
        {
            ConformanceNode node = _cluster.Nodes[(int)random.Below(3)];
            switch (random.Below(8))
            {
                case 0 when node.IsUp:
                    node.Crash();
                    break;
                case 1 or 2 when !node.IsUp:
                    node.Start();
                    break;
                case 3 when node.IsUp:
                    _cluster.Compact(node);
                    break;
                case 4 when node.IsUp:
                    node.Disk.IsSlow = !node.Disk.IsSlow;
                    break;
                default:
                    string command = $"s{step}";
                    if (_cluster.Leader is { } leader && _cluster.Propose(leader, command))
                    {
                        _cluster.Run((int)random.Below(20));
                        acknowledged.AddRange(leader.State.Contains(command) ? [command] : []);
                    }

                    break;
            }

            _cluster.Run((int)random.Below(100));
        }

        _cluster.SyncAll();
        foreach (ConformanceNode node in _cluster.Nodes.Where(n => !n.IsUp))
        {
            node.Start();
        }

        _cluster.Commit("last");
        _cluster.RunUntil(() => _cluster.Nodes.All(n => n.State.Contains("last")), "everybody catches up");
        Assert.NotEmpty(acknowledged);
        Assert.All(_cluster.Nodes, node => Assert.Equal(acknowledged, node.State.Where(acknowledged.Contains)));
    }
}
