using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>A node that is none of the founders.</summary>
public sealed class JoiningNodeTests
{
    private readonly NodeDriver _driver = new(leads: false, self: 4);

    [Fact]
    public void It_waits_until_it_has_learnt_that_it_was_added_and_then_joins()
    {
        _driver.Log.Follow(new NodeId(1));
        _driver.Run(TimeSpan.FromSeconds(1));
        Assert.Empty(_driver.Forwarded);

        _driver.Raise();
        Add();
        _driver.Run(TimeSpan.FromSeconds(1));

        Command join = Command.Parser.ParseFrom(_driver.Forwarded[0].Data.Span);
        Assert.Equal((4U, "n4"), (join.NodeJoin.Node, join.NodeJoin.Name));
        Assert.True(_driver.PeersChanged);
    }

    [Fact]
    public void It_asks_for_its_own_name_even_if_it_was_added_under_another()
    {
        _driver.Log.Follow(new NodeId(1));
        _driver.Raise();
        Add("other");
        _driver.Run(TimeSpan.FromSeconds(1));

        Assert.Equal("n4", Command.Parser.ParseFrom(_driver.Forwarded[0].Data.Span).NodeJoin.Name);
    }

    [Fact]
    public void It_answers_members_that_it_has_not_heard_of_yet()
    {
        _driver.Receive(new Ping(new NodeId(7), new NodeId(4), new NodeId(8), 1));

        Assert.Equal(new NodeId(7), Assert.IsType<Pong>(Assert.Single(_driver.Sent)).To);
    }

    [Fact]
    public void A_removed_node_has_nothing_to_say()
    {
        _driver.Raise();
        _driver.Commit(new Command { RequiredLevel = 3, NodeRemove = new NodeRemove { Node = 3, Who = "ann" } });

        _driver.Receive(new Ping(new NodeId(3), new NodeId(4), new NodeId(8), 1));

        Assert.Empty(_driver.Sent);
    }

    [Fact]
    public void A_node_that_was_removed_is_told_what_to_do()
    {
        _driver.Raise();
        Add();
        _driver.Commit(new Command { RequiredLevel = 3, NodeRemove = new NodeRemove { Node = 4, Who = "ann" } });

        Assert.Contains("add it as a new node with an empty data folder", _driver.JoinRefused, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_name_and_among_no_founders_a_node_does_not_start() =>
        Assert.Throws<ArgumentException>(() => new ClusterNode(
            new MembershipOptions { Self = new NodeId(4), Nodes = [new(new(1), "n1")], Nonce = 1, BootId = "b" }, new ScriptedLog(), new MonotonicTime(1)));

    private void Add(string name = "n4") => _driver.Commit(new Command
    {
        RequiredLevel = 3,
        NodeAdd = new NodeAdd { Node = 4, Name = name, Who = "ann", Addresses = { "10.0.0.4:7001" } },
    });
}
