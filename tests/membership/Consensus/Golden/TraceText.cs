using System.Text;

namespace Cluster.Consensus.Tests.Golden;

/// <summary>One line of text for each thing that can stand in a trace.</summary>
internal static class TraceText
{
    public static string Of(LogWrite write) => write switch
    {
        LogWrite.SaveHardState save => $"term {save.State.Term.Value}, vote {Name(save.State.VotedFor)}",
        LogWrite.Truncate truncate => $"truncate from {truncate.From.Value}",
        LogWrite.Append append => $"append {Of(append.Entries)}",
        _ => throw new InvalidOperationException(write.ToString()),
    };

    public static string Of(LogEntry entry) => entry.Kind == EntryKind.Barrier
        ? $"{entry.Index.Value}/t{entry.Term.Value} barrier"
        : $"{entry.Index.Value}/t{entry.Term.Value} \"{Encoding.UTF8.GetString(entry.Payload.Span)}\"";

    public static string Of(ReplicatedLogStatus status) => status.Role switch
    {
        LogRole.Follower when !status.Leader.IsNone => $"follows {status.Leader.Value} in t{status.Term.Value}",
        LogRole.Follower => $"follows nobody in t{status.Term.Value}",
        LogRole.PreCandidate => $"is pre-candidate in t{status.Term.Value}",
        LogRole.Candidate => $"is candidate in t{status.Term.Value}",
        _ => $"leads t{status.Term.Value}",
    };

    public static string Of(RaftMessage message) =>
        $"{message.From.Value}->{message.To.Value} {message.GetType().Name} t{message.Term.Value}{Details(message)}";

    private static string Details(RaftMessage message) => message switch
    {
        PreVoteRequest m => $" last {m.LastIndex.Value}/t{m.LastTerm.Value}",
        VoteRequest m => $" last {m.LastIndex.Value}/t{m.LastTerm.Value}",
        PreVoteResponse m => m.Granted ? " granted" : " refused",
        VoteResponse m => m.Granted ? " granted" : " refused",
        AppendRequest m => $" after {m.PrevIndex.Value}/t{m.PrevTerm.Value} commit {m.Commit.Value}: {Of(m.Entries)}",
        AppendResponse { Rejected: true } m => $" rejected {m.Index.Value}, hint {m.HintIndex.Value}/t{m.HintTerm.Value}",
        AppendResponse m => $" match {m.Index.Value}",
        Heartbeat m => $" sent {Ms(m.SentAt)} commit {m.Commit.Value} match {m.Match.Value}",
        HeartbeatResponse m => $" sent {Ms(m.SentAt)} received {m.Received.Value} match {m.Match.Value}",
        _ => throw new InvalidOperationException(message.ToString()),
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

    private static string Name(NodeId node) => node.IsNone ? "nobody" : $"{node.Value}";

    private static string Ms(MonotonicTime time) => $"{time.Nanoseconds / 1_000_000}";
}
