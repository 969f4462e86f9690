using System.Text;

namespace Cluster.Consensus.Tests.Golden;

/// <summary>One line of text for each thing that can stand in a trace.</summary>
internal static class TraceText
{
    public static string Of(LogWrite write) => write.Kind switch
    {
        LogWriteKind.SaveHardState => $"term {write.HardState.Term.Value}, vote {Name(write.HardState.VotedFor)}{Of(write.HardState.Standoff)}",
        LogWriteKind.Truncate => $"truncate from {write.From.Value}",
        LogWriteKind.Append => $"append {Of(write.Entries)}",
        LogWriteKind.UseSnapshot when write.ReplacesLog => $"use snapshot {Of(write.Snapshot!)} in place of the log",
        LogWriteKind.UseSnapshot => $"use snapshot {Of(write.Snapshot!)}, keep from {write.From.Value}",
        _ => throw new InvalidOperationException(write.ToString()),
    };

    public static string Of(LogEntry entry) => $"{entry.Index.Value}/t{entry.Term.Value} {PayloadOf(entry)}";

    // What all are set up with: worth no mention.
    private static readonly TimeSpan s_usualPatience = TimeSpan.FromMilliseconds(200);

    public static string Of(SnapshotMeta meta) => $"{meta.Index.Value}/t{meta.Term.Value}";

    public static string Of(ReplicatedLogStatus status) => status.Role switch
    {
        LogRole.Follower when !status.Leader.IsNone => $"follows {status.Leader.Value} in t{status.Term.Value}",
        LogRole.Follower => $"follows nobody in t{status.Term.Value}",
        LogRole.PreCandidate => $"is pre-candidate in t{status.Term.Value}",
        LogRole.Candidate => $"is candidate in t{status.Term.Value}",
        _ when status.ConfirmedUntil == MonotonicTime.DistantPast => $"leads t{status.Term.Value} and promises nothing any more",
        _ => $"leads t{status.Term.Value}",
    };

    public static string Of(in RaftMessage message) =>
        $"{message.From.Value}->{message.To.Value} {message.Kind} t{message.Term.Value}{Details(message)}{Extras(message)}";

    private static string Of(Standoff standoff) => standoff.IsNone ? "" : $", standoff {standoff}";

    private static string Extras(in RaftMessage m) =>
        (m.Session == 0 ? "" : $" session {m.Session}")
        + (m.Context == 0 || m.Kind != RaftMessageKind.HeartbeatResponse ? "" : " asks for the leader's word")
        + (m.Context == 0 || m.Kind != RaftMessageKind.Heartbeat ? "" : " the leader's word")
        + (m.Patience == TimeSpan.Zero || m.Patience == s_usualPatience ? "" : $" patience {m.Patience.TotalMilliseconds}")
        + (m.IsSuccessor ? " as successor" : "")
        + (m.Handovers == 0 ? "" : $" handovers {m.Handovers}");

    private static string PayloadOf(LogEntry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.Barrier:
                return "barrier";
            case EntryKind.Configuration:
                Assert.True(ConfigurationCodec.TryDecode(entry.Payload.Span, out ClusterConfiguration configuration));
                return $"({configuration})";
            default:
                return $"\"{Encoding.UTF8.GetString(entry.Payload.Span)}\"";
        }
    }

    private static string Details(in RaftMessage m) => m.Kind switch
    {
        RaftMessageKind.PreVoteRequest or RaftMessageKind.VoteRequest => $" last {m.Index.Value}/t{m.LogTerm.Value}",
        RaftMessageKind.PreVoteResponse or RaftMessageKind.VoteResponse => m.Granted ? " granted" : " refused",
        RaftMessageKind.AppendRequest => $" after {m.Index.Value}/t{m.LogTerm.Value} commit {m.Commit.Value}: {Of(m.Entries)}",
        RaftMessageKind.AppendResponse when m.Rejected => $" rejected {m.Index.Value}, hint {m.HintIndex.Value}/t{m.HintTerm.Value}",
        RaftMessageKind.AppendResponse => $" match {m.Index.Value}",
        RaftMessageKind.Heartbeat => $" sent {Ms(m.SentAt)} commit {m.Commit.Value} match {m.Match.Value}",
        RaftMessageKind.HeartbeatResponse => $" sent {Ms(m.SentAt)} received {m.Received.Value} match {m.Match.Value}",
        RaftMessageKind.SnapshotChunk when m.Data.IsEmpty => $" {Of(m.Snapshot!)}, {m.Snapshot!.Bytes} bytes, offer {m.Context}",
        RaftMessageKind.SnapshotChunk =>
            $" {Of(m.Snapshot!)} offer {m.Context} at {m.Offset} \"{Encoding.UTF8.GetString(m.Data.Span)}\"",
        RaftMessageKind.SnapshotResponse when m.Granted => $" installed {m.Index.Value}",
        RaftMessageKind.SnapshotResponse => $" offer {m.Context} has {m.Offset}{(m.Rejected ? ", dropped" : "")}",
        RaftMessageKind.TransferRequest => $" last {m.Index.Value}",
        RaftMessageKind.ReadRequest => "",
        RaftMessageKind.ReadResponse => m.Rejected ? " refused" : $" {m.Index.Value}",
        RaftMessageKind.Proposal => $" \"{Encoding.UTF8.GetString(m.Data.Span)}\"",
        _ => throw new InvalidOperationException(m.ToString()),
    };

    private static string Of(IReadOnlyList<LogEntry> entries)
    {
        var text = new List<string>();
        foreach (LogEntry entry in entries)
        {
            text.Add(Of(entry));
        }

        return string.Join(", ", text);
    }

    private static string Name(NodeId node) => node.Value switch
    {
        0 => "nobody",
        uint.MaxValue => "none yet",
        _ => $"{node.Value}",
    };

    private static string Ms(MonotonicTime time) => $"{time.Nanoseconds / 1_000_000}";
}
