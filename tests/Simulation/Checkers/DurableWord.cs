using Cluster.Consensus;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>S7, in both kinds of worlds: no vote and no acknowledgement leaves a node before what it tells is on that node's disk.</summary>
internal static class DurableWord
{
    public const string Rule = "S7";

    /// <exception cref="ViolationException">The disk does not hold what the message tells.</exception>
    public static void Require(Host host, in RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.VoteRequest:
                RequireVote(host, message.Term, message.From);
                break;
            case RaftMessageKind.VoteResponse when message.Granted:
                RequireVote(host, message.Term, message.To);
                break;
            case RaftMessageKind.AppendResponse when !message.Rejected:
                RequireTerm(host, message.Term);
                RequireEntry(host, message.Index);
                break;
            case RaftMessageKind.HeartbeatResponse:
                RequireTerm(host, message.Term);
                RequireEntry(host, message.Match);
                break;
        }
    }

    private static void RequireTerm(Host host, Term term)
    {
        if (host.Disk.SyncedLog.HardState.Term < term)
        {
            throw new ViolationException(Rule, $"{host.Name} answers in {term}, but its disk says {host.Disk.SyncedLog}");
        }
    }

    private static void RequireVote(Host host, Term term, NodeId candidate)
    {
        HardState synced = host.Disk.SyncedLog.HardState;
        if (synced.Term != term || synced.VotedFor != candidate)
        {
            throw new ViolationException(
                Rule, $"{host.Name} votes for {candidate} in {term}, but its disk says {synced.VotedFor} in {synced.Term}");
        }
    }

    private static void RequireEntry(Host host, LogIndex index)
    {
        if (!host.Disk.Holds(index))
        {
            throw new ViolationException(
                Rule, $"{host.Name} acknowledges {index}, but its disk does not hold that entry: {host.Disk.SyncedLog}");
        }
    }
}
