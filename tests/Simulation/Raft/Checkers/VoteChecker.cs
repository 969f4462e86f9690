using Cluster.Consensus;
using Cluster.Simulation.Checkers;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>
/// S7 (<see cref="DurableWord"/>). No node votes for two in one term, and none by a configuration of its former life.
/// </summary>
internal sealed class VoteChecker(RaftWorld world) : RaftChecker(world)
{
    private readonly Dictionary<(NodeId Voter, Term Term), NodeId> _votes = [];

    public override string Rule => DurableWord.Rule;

    /// <summary>Called when somebody gives a vote to another.</summary>
    public Action<RaftProcess>? Voted { get; set; }

    public override void Sending(RaftProcess from, in RaftMessage message)
    {
        DurableWord.Require(from.Host, message);
        switch (message.Kind)
        {
            case RaftMessageKind.PreVoteRequest:
                RequireKnowledge(from, message.Term);
                break;
            case RaftMessageKind.VoteRequest:
                RequireKnowledge(from, message.Term);
                RequireOne(from, message.Term, from.Id);
                break;
            case RaftMessageKind.VoteResponse when message.Granted:
                RequireKnowledge(from, message.Term);
                RequireOne(from, message.Term, message.To);
                Voted?.Invoke(from);
                break;
        }
    }

    private void RequireKnowledge(RaftProcess from, Term term)
    {
        LogIndex known = from.Host.Disk.QueuedLog.LastIndex;
        if (known < from.Host.RemovedAt)
        {
            throw new ViolationException(
                "election safety",
                $"{from.Host.Name} came back with an empty disk and stands or votes in {term} although it has the log only up to {known}; it was removed at {from.Host.RemovedAt}");
        }
    }

    private void RequireOne(RaftProcess from, Term term, NodeId candidate)
    {
        if (!_votes.TryAdd((from.Id, term), candidate) && _votes[(from.Id, term)] != candidate)
        {
            throw new ViolationException("election safety", $"{from.Host.Name} votes for {candidate} in {term} and for {_votes[(from.Id, term)]}");
        }
    }
}
