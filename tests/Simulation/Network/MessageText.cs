using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Network;

/// <summary>Messages as the trace shows and hashes them.</summary>
internal static class MessageText
{
    /// <summary>Signs of life come by the thousand and are left out of the text (not of the hash).</summary>
    public static bool IsWorthALine(in RaftMessage message) =>
        message.Kind is not (RaftMessageKind.Heartbeat or RaftMessageKind.HeartbeatResponse);

    /// <summary>The same for messages of the membership core.</summary>
    public static bool IsWorthALine(PeerMessage message) => message is not (LeaseRequest or LeaseGrant);

    public static string Describe(in RaftMessage m) => m.Kind switch
    {
        RaftMessageKind.AppendRequest => $"append {m.From}→{m.To} {m.Term} prev {m.Index}/{m.LogTerm} +{m.Entries.Count} commit {m.Commit}",
        RaftMessageKind.AppendResponse => $"append answer {m.From}→{m.To} {m.Term} {(m.Rejected ? $"refused, hint {m.HintIndex}/{m.HintTerm}" : $"match {m.Index}")}",
        RaftMessageKind.PreVoteRequest => $"pre-vote? {m.From}→{m.To} {m.Term} last {m.Index}/{m.LogTerm}",
        RaftMessageKind.PreVoteResponse => $"pre-vote {(m.Granted ? "yes" : "no")} {m.From}→{m.To} {m.Term}",
        RaftMessageKind.VoteRequest => $"vote? {m.From}→{m.To} {m.Term} last {m.Index}/{m.LogTerm}",
        RaftMessageKind.VoteResponse => $"vote {(m.Granted ? "yes" : "no")} {m.From}→{m.To} {m.Term}",
        RaftMessageKind.SnapshotChunk => $"snapshot {m.From}→{m.To} {m.Term} {m.Snapshot!.Index}/{m.Snapshot.Term} {m.Offset}+{m.Data.Length} of {m.Snapshot.Bytes}",
        RaftMessageKind.SnapshotResponse => $"snapshot answer {m.From}→{m.To} {m.Term} {(m.Granted ? $"installed {m.Index}" : $"has {m.Offset}{(m.Rejected ? ", behind" : "")}")}",
        RaftMessageKind.ReadRequest => $"read? {m.From}→{m.To} {m.Term}",
        RaftMessageKind.ReadResponse => $"read {(m.Rejected ? "no" : $"at {m.Index}")} {m.From}→{m.To} {m.Term}",
        RaftMessageKind.Proposal => $"forward {m.From}→{m.To} {m.Data.Length} bytes",
        _ => m.ToString(),
    };

    public static string Describe(PeerMessage message) => message.ToString();

    /// <summary>A command of the log as text.</summary>
    public static string CommandText(ReadOnlyMemory<byte> payload) =>
        payload.IsEmpty ? "barrier" : Command.Parser.ParseFrom(payload.Span).ToString();

    public static void Mix(Trace trace, in RaftMessage m)
    {
        trace.Mix(((ulong)m.From.Value << 32) | m.To.Value);
        Mix(trace, (ulong)m.Kind, m.Term.Value, m.Index.Value, m.LogTerm.Value, m.Commit.Value + ((ulong)m.Entries.Count << 40));
        Mix(
            trace,
            (ulong)m.SentAt.Nanoseconds,
            m.HintIndex.Value,
            m.HintTerm.Value,
            m.Match.Value,
            m.Received.Value ^ (m.Granted ? 1UL << 62 : 0) ^ (m.Rejected ? 1UL << 61 : 0));
        Mix(trace, (ulong)m.Kind, m.Context, (ulong)m.Offset, m.Checksum, (ulong)m.Data.Length);
        trace.Mix(m.Data.Span);
    }

    public static void Mix(Trace trace, PeerMessage message)
    {
        trace.Mix(((ulong)message.From.Value << 32) | message.To.Value);
        switch (message)
        {
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
