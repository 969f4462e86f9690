using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

/// <summary>A node that comes in with an empty disk, perhaps under a number whose former disk voted.</summary>
public class NewcomerTests
{
    private static readonly NodeId Four = new(4);
    private static readonly Term T1 = new(1);
    private static readonly Term T2 = new(2);

    // The number of the newcomer was the only voter once.
    private static readonly ClusterConfiguration Once = new([One]);
    private static readonly ClusterConfiguration Now = new([Two, Three], learners: [One]);

    [Fact]
    public void A_newcomer_neither_stands_nor_votes_by_configurations_it_passes_on_its_way()
    {
        TestVoter newcomer = Newcomer();
        newcomer.Receive(Append(1, 0, 0, 2, [Configuration(1, Once), .. Entries(2, 1, "a")]));
        newcomer.Sync();
        newcomer.TakeSent();
        newcomer.Pass(2_000);
        Asks(newcomer);
        Assert.Empty(newcomer.TakeSent());
        Assert.Equal(T1, newcomer.Status.Term);
    }

    [Fact]
    public void It_stays_a_newcomer_across_restarts()
    {
        TestVoter newcomer = Newcomer();
        newcomer.Receive(Append(1, 0, 0, 2, [Configuration(1, Once), .. Entries(2, 1, "a")]));
        newcomer.Sync();
        TestVoter restarted = newcomer.Restart();
        restarted.Pass(2_000);
        Asks(restarted);
        Assert.Empty(restarted.TakeSent());
    }

    [Fact]
    public void It_settles_when_the_leader_returns_its_number_and_then_stands_and_votes_like_others()
    {
        TestVoter newcomer = Newcomer();
        newcomer.Receive(Append(1, 0, 0, 0, Configuration(1, Once), Configuration(2, Now)));
        newcomer.Sync();
        newcomer.TakeSent();
        newcomer.Receive(Beat(1));
        ulong number = Assert.Single(newcomer.TakeSent()).Context;
        Assert.NotEqual(0UL, number);

        newcomer.Receive(Beat(1) with { Context = number + 2 });
        newcomer.Sync();
        Assert.Equal(number, Assert.Single(newcomer.TakeSent()).Context);

        newcomer.Receive(Beat(1) with { Context = number });
        Assert.Empty(newcomer.TakeSent());
        newcomer.Sync();
        Assert.Equal(0UL, Assert.Single(newcomer.TakeSent()).Context);
        Assert.Equal(new HardState(T1, Two), newcomer.DurableState);
        newcomer.Skip(300);
        Asks(newcomer);
        newcomer.Sync();
        Assert.True(Assert.Single(newcomer.Sent(RaftMessageKind.VoteResponse)).Granted);
    }

    [Fact]
    public void A_leader_returns_the_number_once_the_newcomer_holds_the_newest_configuration_and_promotes_it_only_then()
    {
        TestVoter leader = Leader();
        leader.Receive(Ack(2, 1, 1));
        leader.Change(ConfigurationStep.Add(Four));
        leader.Sync();
        leader.Receive(Ack(2, 1, 2));
        leader.Receive(leader.Echo(4, leader.Now, 1, 1) with { Session = 1, Context = 77 });
        Assert.Equal(0UL, BeatTo(Four, leader).Context);
        leader.Receive(leader.Echo(4, leader.Now, 2, 2) with { Session = 1, Context = 77 });
        Assert.Equal(77UL, BeatTo(Four, leader).Context);
        Assert.Contains("past @2", leader.Change(ConfigurationStep.Promote(Four)), StringComparison.Ordinal);

        leader.Receive(leader.Echo(4, leader.Now, 2, 2) with { Session = 1 });
        Assert.Equal("", leader.Change(ConfigurationStep.Promote(Four)));
    }

    [Fact]
    public void A_newcomer_that_is_asked_to_stand_does_not()
    {
        TestVoter newcomer = Newcomer();
        newcomer.Skip(300);
        newcomer.Receive(Append(1, 0, 0, 0, Configuration(1, Once)));
        newcomer.Receive(RaftMessage.TransferRequest(Two, One, T1, new LogIndex(1), 0));
        Assert.Equal(LogRole.Follower, newcomer.Status.Role);
    }

    [Fact]
    public void A_mutant_goes_by_what_it_passes()
    {
        TestVoter newcomer = Newcomer(RaftMutations.TrustsNewcomers);
        newcomer.Receive(Append(1, 0, 0, 2, [Configuration(1, Once), .. Entries(2, 1, "a")]));
        newcomer.Sync();
        newcomer.Pass(400);
        newcomer.Sync();
        Assert.True(newcomer.Status.IsLeader);
    }

    private static TestVoter Newcomer(RaftMutations mutations = RaftMutations.None) =>
        new(o => o with { Voters = [], Mutations = mutations });

    private static void Asks(TestVoter voter)
    {
        voter.Receive(RaftMessage.PreVoteRequest(Three, One, T2, new LogIndex(9), T1));
        voter.Receive(RaftMessage.VoteRequest(Three, One, T2, new LogIndex(9), T1));
    }

    private static RaftMessage BeatTo(NodeId node, TestVoter leader)
    {
        leader.TakeSent();
        leader.Pass(50);
        return Assert.Single(leader.Sent(RaftMessageKind.Heartbeat), m => m.To == node);
    }

    private static LogEntry Configuration(ulong index, ClusterConfiguration configuration) =>
        new(new LogIndex(index), T1, EntryKind.Configuration, ConfigurationCodec.Encode(configuration));
}
