using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>Founders n1 n2 n3, and what others the test adds; node 1 leads.</summary>
public sealed class VoterPlanTests
{
    private readonly StateDriver _driver = new StateDriver().AtMembershipLevel();
    private readonly SortedSet<uint> _silent = [];
    private readonly SortedSet<uint> _away = [];
    private readonly SortedSet<uint> _behind = [];
    private ClusterConfiguration _inForce = new([new(1), new(2), new(3)]);
    private QuorumPolicy _policy = new();
    private uint _self = 1;

    public VoterPlanTests() => _driver.AllJoin();

    [Fact]
    public void While_all_is_as_it_should_be_nothing_is_changed() => Assert.Null(Next());

    [Fact]
    public void A_listed_node_gets_the_log_and_votes_once_it_is_up_and_has_caught_up()
    {
        _driver.Add(4);
        _silent.Add(4);
        Assert.Equal("Add #4", Take());
        Assert.Null(Next());

        _driver.Join(4);
        _silent.Clear();
        _behind.Add(4);
        Assert.Null(Next());

        _behind.Clear();
        Assert.Equal("Promote #4", Take());
        Assert.Null(Next());
    }

    [Fact]
    public void No_more_vote_than_are_wanted()
    {
        _policy = _policy with { VotersWanted = 3 };
        Joined(4);

        Assert.Null(Next());
    }

    [Fact]
    public void An_arbiter_votes_even_if_all_seats_are_taken()
    {
        _policy = _policy with { VotersWanted = 3 };
        Joined(5, isArbiter: true, votes: 2);

        Assert.Equal("Promote #5 to 2", Take());
        Assert.Equal("Demote #3", Take());
    }

    [Fact]
    public void Founders_come_before_those_who_were_added_and_low_numbers_before_high_ones()
    {
        Joined(4);
        Joined(5);
        _inForce = new([new(1)], learners: [new(2), new(3), new(4), new(5)]);
        _policy = _policy with { VotersWanted = 4 };

        Assert.Equal(["Promote #2", "Promote #3", "Promote #4"], TakeAll());
    }

    [Fact]
    public void When_fewer_are_wanted_who_came_last_goes_but_not_the_leader()
    {
        Joined(4);
        Joined(5);
        _inForce = new([new(1), new(2), new(3), new(4), new(5)]);
        _policy = _policy with { VotersWanted = 3 };
        _self = 5;

        Assert.Equal(["Demote #4", "Demote #3"], TakeAll());
    }

    [Fact]
    public void When_fewer_are_wanted_one_that_is_down_goes_first()
    {
        Joined(4);
        _inForce = new([new(1), new(2), new(3), new(4)]);
        _policy = _policy with { VotersWanted = 3 };
        _driver.Down(2);
        _silent.Add(2);

        Assert.Equal("Demote #2", Take());
    }

    [Fact]
    public void A_removed_node_goes_and_a_learner_takes_its_seat()
    {
        Joined(4);
        _inForce = new([new(1), new(2), new(3)], learners: [new(4)]);
        _policy = _policy with { VotersWanted = 3 };
        _driver.Leave(3);
        _driver.Remove(3);

        Assert.Equal("Remove #3, Promote #4", Take());
        _driver.Leave(2);
        _driver.Remove(2);
        Assert.Equal("Remove #2", Take());
    }

    [Fact]
    public void A_removed_learner_goes()
    {
        Joined(4);
        _inForce = new([new(1), new(2), new(3)], learners: [new(4)]);
        _driver.Leave(4);
        _driver.Remove(4);

        Assert.Equal("Remove #4", Take());
    }

    [Theory]
    [InlineData(1U)]
    [InlineData(3U)]
    public void Who_said_farewell_is_demoted_where_the_rest_goes_on(uint leaving)
    {
        Farewell(leaving);

        Assert.Equal($"Demote #{leaving}", Take());
    }

    [Fact]
    public void One_after_another_may_leave_down_to_the_last()
    {
        Farewell(3);
        Assert.Equal("Demote #3", Take());
        _silent.Add(3);
        Farewell(2);
        Assert.Equal("Demote #2", Take());
        Farewell(1);
        Assert.Null(Next());
    }

    [Fact]
    public void Nobody_goes_whom_the_rest_can_not_spare()
    {
        // Of n1 and n2 both would be needed, and n2 does not answer.
        _silent.Add(2);
        Farewell(3);

        Assert.Null(Next());
    }

    [Fact]
    public void One_of_two_that_stops_gives_up_its_seat_or_the_other_could_do_nothing()
    {
        _inForce = new([new(1), new(2)], learners: [new(3)]);
        _policy = _policy with { TwoNode = true, VotersWanted = 2 };
        _driver.Leave(2);
        _driver.Leave(3);

        Assert.Equal("Demote #2", Take());
    }

    [Fact]
    public void A_daemon_that_only_stops_keeps_its_seat()
    {
        _driver.Leave(3);
        _silent.Add(3);

        Assert.Null(Next());
    }

    [Theory]
    [InlineData(5, true, false, true)]
    [InlineData(4, true, false, true)]
    [InlineData(3, true, false, false)]
    [InlineData(3, true, true, true)]
    [InlineData(5, false, true, false)]
    public void A_fenced_voter_that_stays_away_is_demoted_down_to_three_or_two(int voters, bool lastManStanding, bool twoNode, bool demoted)
    {
        for (uint node = 4; node <= voters; node++)
        {
            Joined(node);
        }

        _inForce = new([.. Enumerable.Range(1, voters).Select(node => new NodeId((uint)node))]);
        _policy = _policy with { LastManStanding = lastManStanding, TwoNode = twoNode };
        _driver.Down(3);
        _silent.Add(3);
        _away.Add(3);
        Assert.Null(Next());
        _driver.Confirm(3);

        Assert.Equal(demoted ? "Demote #3" : null, Next()?.ToString());
    }

    [Fact]
    public void A_fenced_voter_that_stays_away_gives_its_seat_to_a_learner()
    {
        _policy = _policy with { VotersWanted = 3 };
        Joined(4);
        _driver.Down(3);
        _driver.Confirm(3);
        _silent.Add(3);
        Assert.Null(Next());

        _away.Add(3);
        Assert.Equal("Demote #3, Promote #4", Take());
    }

    [Fact]
    public void Weights_follow_the_list_where_those_who_answer_go_on()
    {
        _driver.Configure(new NodeConfigure { Node = 2, Votes = 3 });
        Assert.Equal("Reweigh #2 to 3", Next()?.ToString());

        // 3 of 5 votes would not answer.
        _silent.Add(2);
        Assert.Null(Next());
    }

    private void Joined(uint node, bool isArbiter = false, uint votes = 0)
    {
        _driver.Add(node, isArbiter: isArbiter, votes: votes);
        _driver.Join(node);
        _inForce = new(_inForce.Voters, learners: [.. _inForce.Learners, new NodeId(node)]);
    }

    private void Farewell(uint node)
    {
        _driver.Configure(new NodeConfigure { Node = node, Draining = true });
        _driver.Leave(node);
    }

    private ConfigurationChange? Next() => new VoterPlan(
        _driver.State,
        _inForce,
        _policy,
        new NodeId(_self),
        node => !_silent.Contains(node.Value),
        node => !_behind.Contains(node.Value),
        node => _away.Contains(node.Value)).Next();

    /// <summary>The next change, done.</summary>
    private string? Take()
    {
        if (Next() is not { } change)
        {
            return null;
        }

        ScriptedLog log = new() { Configuration = _inForce };
        log.TryChangeConfiguration(change, default, out _, out _);
        _inForce = log.Configuration;
        return change.ToString();
    }

    private List<string> TakeAll()
    {
        List<string> all = [];
        while (Take() is { } change)
        {
            all.Add(change);
        }

        return all;
    }
}
