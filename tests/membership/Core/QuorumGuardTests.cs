using Cluster.Consensus;

namespace Cluster.Membership.Tests;

public sealed class QuorumGuardTests
{
    private static readonly MonotonicTime s_start = new(1_000_000_000);
    private readonly ScriptedLog _log = new();
    private readonly QuorumGuard _guard;

    public QuorumGuardTests()
    {
        ConfiguredNode[] nodes = [new(new NodeId(1), "n1"), new(new NodeId(2), "n2"), new(new NodeId(3), "n3")];
        MembershipOptions options = new() { Self = new NodeId(1), Nodes = nodes, Nonce = 1, BootId = "b" };
        _guard = new QuorumGuard(_log, new SettingsInForce(options, new ClusterState(nodes)));
        _log.Lead(s_start);
        _log.Tick(s_start);
    }

    [Fact]
    public void A_dead_node_is_never_kept_waiting()
    {
        _log.Silent.Add(new NodeId(3));

        Assert.True(_guard.Allows(new NodeId(3), s_start));
    }

    [Fact]
    public void A_node_that_answers_is_spared_while_the_majority_needs_it()
    {
        _log.Silent.Add(new NodeId(3));

        Assert.False(_guard.Allows(new NodeId(2), s_start));
    }

    [Fact]
    public void Of_two_nodes_that_answer_only_one_is_switched_off_at_a_time()
    {
        Assert.True(_guard.Allows(new NodeId(2), s_start));
        _guard.MarkAtWork(new NodeId(2), s_start);

        Assert.False(_guard.Allows(new NodeId(3), s_start));
    }

    [Fact]
    public void A_node_that_answers_after_an_attempt_counts_again()
    {
        _guard.MarkAtWork(new NodeId(2), s_start);
        MonotonicTime later = s_start + TimeSpan.FromMilliseconds(50);
        _log.Tick(later);

        Assert.True(_guard.Allows(new NodeId(3), later));
    }

    [Fact]
    public void The_leaders_own_node_counts_as_off_while_it_is_being_switched_off()
    {
        _guard.MarkAtWork(new NodeId(1), s_start);

        Assert.False(_guard.Allows(new NodeId(2), s_start));
    }

    [Fact]
    public void Votes_are_counted_not_nodes()
    {
        _log.Configuration = new ClusterConfiguration(
            [new(1), new(2), new(3)], votes: new SortedDictionary<NodeId, int> { [new(1)] = 3, [new(2)] = 1, [new(3)] = 1 });
        _log.Silent.Add(new NodeId(3));

        Assert.True(_guard.Allows(new NodeId(2), s_start));
        Assert.False(_guard.Allows(new NodeId(1), s_start));
    }

    [Fact]
    public void A_node_without_a_vote_is_never_kept_waiting()
    {
        _log.Configuration = new ClusterConfiguration([new(1), new(2)], learners: [new(3)]);
        _log.Silent.Add(new NodeId(2));

        Assert.True(_guard.Allows(new NodeId(3), s_start));
    }
}
