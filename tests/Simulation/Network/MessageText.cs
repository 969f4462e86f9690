using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Network;

/// <summary>Messages as the trace shows and hashes them.</summary>
internal static class MessageText
{
    /// <summary>Signs of life come by the thousand and are left out of the text (not of the hash).</summary>
    public static bool IsWorthALine(PeerMessage message) =>
        message is not (Heartbeat or HeartbeatResponse or LeaseRequest or LeaseGrant);

    public static string Describe(PeerMessage message) => message switch
    {
        AppendRequest m => $"append {m.From}→{m.To} {m.Term} prev {m.PrevIndex}/{m.PrevTerm} +{m.Entries.Count} commit {m.Commit}",
        AppendResponse m => $"append answer {m.From}→{m.To} {m.Term} {(m.Rejected ? $"refused, hint {m.HintIndex}/{m.HintTerm}" : $"match {m.Index}")}",
        PreVoteRequest m => $"pre-vote? {m.From}→{m.To} {m.Term} last {m.LastIndex}/{m.LastTerm}",
        PreVoteResponse m => $"pre-vote {(m.Granted ? "yes" : "no")} {m.From}→{m.To} {m.Term}",
        VoteRequest m => $"vote? {m.From}→{m.To} {m.Term} last {m.LastIndex}/{m.LastTerm}",
        VoteResponse m => $"vote {(m.Granted ? "yes" : "no")} {m.From}→{m.To} {m.Term}",
        ForwardedCommand m => $"forward {m.From}→{m.To} {CommandText(m.Payload)}",
        _ => message.ToString(),
    };

    /// <summary>A command of the log as text.</summary>
    public static string CommandText(ReadOnlyMemory<byte> payload) =>
        payload.IsEmpty ? "barrier" : Command.Parser.ParseFrom(payload.Span).ToString();

    public static void Mix(Trace trace, PeerMessage message)
    {
        trace.Mix(((ulong)message.From.Value << 32) | message.To.Value);
        switch (message)
        {
            case AppendRequest m:
                Mix(trace, 1, m.Term.Value, m.PrevIndex.Value, m.PrevTerm.Value, m.Commit.Value + ((ulong)m.Entries.Count << 40));
                break;
            case AppendResponse m:
                Mix(trace, 2, m.Term.Value, m.Index.Value, m.HintIndex.Value, m.Rejected ? 1UL : 0UL);
                break;
            case Heartbeat m:
                Mix(trace, 3, m.Term.Value, (ulong)m.SentAt.Nanoseconds, m.Commit.Value, m.Match.Value);
                break;
            case HeartbeatResponse m:
                Mix(trace, 4, m.Term.Value, (ulong)m.SentAt.Nanoseconds, m.Received.Value, m.Match.Value);
                break;
            case PreVoteRequest m:
                Mix(trace, 5, m.Term.Value, m.LastIndex.Value, m.LastTerm.Value, 0);
                break;
            case VoteRequest m:
                Mix(trace, 6, m.Term.Value, m.LastIndex.Value, m.LastTerm.Value, 0);
                break;
            case PreVoteResponse m:
                Mix(trace, 7, m.Term.Value, m.Granted ? 1UL : 0UL, 0, 0);
                break;
            case VoteResponse m:
                Mix(trace, 8, m.Term.Value, m.Granted ? 1UL : 0UL, 0, 0);
                break;
            case LeaseRequest m:
                Mix(trace, 9, m.Incarnation.Value, (ulong)m.Stamp.Nanoseconds, 0, 0);
                break;
            case LeaseGrant m:
                Mix(trace, 10, m.Incarnation.Value, (ulong)m.Stamp.Nanoseconds, 0, 0);
                break;
            case ProbeRequest m:
                Mix(trace, 11, m.Target.Value, m.Probe, 0, 0);
                break;
            case Ping m:
                Mix(trace, 12, m.Origin.Value, m.Probe, 0, 0);
                break;
            case Pong m:
                Mix(trace, 13, m.Origin.Value, m.Probe, m.Incarnation.Value, 0);
                break;
            case ProbeAnswer m:
                Mix(trace, 14, m.Target.Value, m.Probe, m.Incarnation.Value, 0);
                break;
            case ForwardedCommand m:
                trace.Mix(m.Payload.Span);
                break;
            default:
                throw new InvalidOperationException($"the trace does not know {message.GetType().Name}: add it to MessageText.Mix");
        }
    }

    private static void Mix(Trace trace, ulong kind, ulong a, ulong b, ulong c, ulong d)
    {
        trace.Mix((kind << 56) ^ a);
        trace.Mix(b ^ (c << 32) ^ (c >> 32));
        trace.Mix(d);
    }
}
