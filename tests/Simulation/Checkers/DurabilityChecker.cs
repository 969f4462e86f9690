using Cluster.Consensus;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>S7: no vote and no acknowledgement leaves a node before what it tells is on that node's disk.</summary>
internal sealed class DurabilityChecker(World world) : Checker(world)
{
    public override string Rule => "S7";

    public override void Sending(Daemon from, in RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.VoteRequest:
                RequireVote(from, message.Term, from.Machine.Id);
                break;
            case RaftMessageKind.VoteResponse when message.Granted:
                RequireVote(from, message.Term, message.To);
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

    private void RequireTerm(Daemon from, Term term)
    {
        if (from.Machine.Disk.SyncedLog.HardState.Term < term)
        {
            Fail($"{from.Machine.Name} answers in {term}, but its disk knows only {from.Machine.Disk.SyncedLog.HardState.Term}");
        }
    }

    private void RequireVote(Daemon from, Term term, NodeId candidate)
    {
        HardState synced = from.Machine.Disk.SyncedLog.HardState;
        if (synced.Term != term || synced.VotedFor != candidate)
        {
            Fail($"{from.Machine.Name} votes for {candidate} in {term}, but its disk says {synced.VotedFor} in {synced.Term}");
        }
    }

    private void RequireEntry(Daemon from, LogIndex index)
    {
        if (!from.Machine.Disk.Holds(index))
        {
            Fail($"{from.Machine.Name} acknowledges {index}, but its disk does not hold that entry ({from.Machine.Disk.SyncedLog} is durable)");
        }
    }
}
