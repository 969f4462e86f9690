using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>
/// S7: no vote and no acknowledgement leaves a node before what it tells is on that node's disk. And no node votes for two in one term.
/// </summary>
internal sealed class VoteChecker(RaftWorld world) : RaftChecker(world)
{
    private readonly Dictionary<(NodeId Voter, Term Term), NodeId> _votes = [];

    public override string Rule => "S7";

    /// <summary>Called when somebody gives a vote to another.</summary>
    public Action<RaftProcess>? Voted { get; set; }

    public override void Sending(RaftProcess from, in RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.VoteRequest:
                RequireVote(from, message.Term, from.Id);
                RequireOne(from, message.Term, from.Id);
                break;
            case RaftMessageKind.VoteResponse when message.Granted:
                RequireVote(from, message.Term, message.To);
                RequireOne(from, message.Term, message.To);
                Voted?.Invoke(from);
                break;
            case RaftMessageKind.AppendResponse when !message.Rejected:
                RequireTerm(from, message.Term);
                RequireEntry(from, message.Index);
                break;
            case RaftMessageKind.HeartbeatResponse:
                RequireTerm(from, message.Term);
                RequireEntry(from, message.Match);
                break;
        }
    }

    private void RequireOne(RaftProcess from, Term term, NodeId candidate)
    {
        if (!_votes.TryAdd((from.Id, term), candidate) && _votes[(from.Id, term)] != candidate)
        {
            throw new ViolationException("election safety", $"{from.Host.Name} votes for {candidate} in {term} and for {_votes[(from.Id, term)]}");
        }
    }

    private void RequireTerm(RaftProcess from, Term term)
    {
        if (from.Host.Disk.SyncedLog.HardState.Term < term)
        {
            Fail($"{from.Host.Name} answers in {term}, but its disk says {from.Host.Disk.SyncedLog}");
        }
    }

    private void RequireVote(RaftProcess from, Term term, NodeId candidate)
    {
        HardState synced = from.Host.Disk.SyncedLog.HardState;
        if (synced.Term != term || synced.VotedFor != candidate)
        {
            Fail($"{from.Host.Name} votes for {candidate} in {term}, but its disk says {synced.VotedFor} in {synced.Term}");
        }
    }

    private void RequireEntry(RaftProcess from, LogIndex index)
    {
        if (!from.Host.Disk.Holds(index))
        {
            Fail($"{from.Host.Name} acknowledges {index}, but its disk does not hold that entry: {from.Host.Disk.SyncedLog}");
        }
    }
}
