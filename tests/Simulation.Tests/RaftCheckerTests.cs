using Cluster.Consensus;
using Cluster.Simulation.Raft;
using Cluster.Simulation.Raft.Checkers;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Tests;

/// <summary>Each checker of the consensus world is shown a broken promise, by hand, and must see it.</summary>
public sealed class RaftCheckerTests
{
    private readonly RaftStory _story = new();
    private readonly RaftWorld _world;

    public RaftCheckerTests() => _world = _story.World;

    [Fact]
    public void S1_another_entry_at_an_index_that_is_decided_is_caught()
    {
        StateMachineChecker checker = new(_world);
        checker.Observe(_story.Leader, Entry(1, 1));

        Broken("S1", () => checker.Observe(_story.Follower, Entry(1, 2)));
    }

    [Fact]
    public void S1_an_entry_out_of_order_is_caught()
    {
        StateMachineChecker checker = new(_world);

        Broken("S1", () => checker.Observe(_story.Leader, Entry(2, 1)));
    }

    [Fact]
    public void S1_a_snapshot_whose_state_is_not_what_the_entries_make_is_caught()
    {
        _story.Commit(1, 5);
        LogIndex applied = _story.Leader.State.Applied;
        SnapshotMeta meta = new(applied - 1, _world.Checks.Truth[applied - 1].Term, _world.FirstConfiguration, 0, 0);

        Broken("S1", () => _world.Checks.Truth.Restored(_story.Leader, new Snapshot(meta, _story.Leader.State.Save(0))));
    }

    [Fact]
    public void Two_leaders_of_one_term_are_caught()
    {
        ReplicatedLogStatus status = _story.Leader.Log.Status;

        Broken("election safety", () => _world.Checks.Leaders.Stepped(_story.Follower, status));
    }

    [Fact]
    public void Two_votes_in_one_term_are_caught()
    {
        Term term = _story.Follower.Host.Disk.SyncedLog.HardState.Term;
        RaftMessage vote = RaftMessage.VoteResponse(_story.Follower.Id, _story.Follower.Host.Disk.SyncedLog.HardState.VotedFor, term, granted: true);
        RaftMessage other = RaftMessage.VoteResponse(_story.Follower.Id, new NodeId(77), term, granted: true);
        VoteChecker checker = new(_world);
        checker.Sending(_story.Follower, vote);

        Broken("S7", () => checker.Sending(_story.Follower, other));
    }

    [Fact]
    public void An_acknowledgement_of_what_is_not_on_disk_is_caught()
    {
        LogIndex beyond = _story.Follower.Host.Disk.SyncedLog.LastIndex.Next;
        RaftMessage answer = RaftMessage.AppendResponse(_story.Follower.Id, _story.Leader.Id, _story.Leader.Log.Status.Term, beyond);

        Broken("S7", () => new VoteChecker(_world).Sending(_story.Follower, answer));
    }

    [Fact]
    public void One_index_and_term_with_two_entries_is_caught()
    {
        LogMatchingChecker checker = new(_world);
        LogIndex next = _story.Leader.Host.Disk.QueuedLog.LastIndex.Next;
        checker.Writing(_story.Leader, LogWrite.Append(1, [Entry(next.Value, 9)]));

        Broken("log matching", () => checker.Writing(_story.Leader, LogWrite.Append(1, [Entry(next.Value, 9, payload: 3)])));
    }

    [Fact]
    public void A_leader_that_is_sure_while_another_has_told_the_same_is_caught()
    {
        ReplicatedLogStatus status = _story.Leader.Log.Status with { Term = new Term(999), ConfirmedUntil = new MonotonicTime(long.MaxValue / 4) };

        Broken("S2", () => new ConfirmationChecker(_world).Stepped(_story.Follower, status));
    }

    [Fact]
    public void An_acknowledgement_without_an_effect_is_caught()
    {
        _world.History.Asked(9, 1);

        Broken("exactly once", () => _world.History.Acknowledge(_story.Leader, 9, 1, new LogIndex(1)));
    }

    [Fact]
    public void A_read_that_misses_what_a_client_was_told_is_caught() =>
        Broken("linearizability", () => _world.History.AnswerRead(_story.Leader, _story.Leader.State.Applied.Next));

    private static LogEntry Entry(ulong index, ulong term, byte payload = 1) =>
        new(new LogIndex(index), new Term(term), EntryKind.Barrier, new byte[] { payload });

    private static void Broken(string rule, Action action)
    {
        ViolationException broken = Assert.Throws<ViolationException>(action);
        Assert.Equal(rule, broken.Rule);
    }
}
