namespace Cluster.Consensus;

/// <summary>
/// A message of the Raft engine, of any kind, as one value: sending and receiving allocate nothing. Which fields a kind uses, the
/// factories say; the others are zero. Receivers drop what is malformed and what is not addressed to them; repeats, losses and
/// reordering do no harm.
/// </summary>
public readonly partial record struct RaftMessage
{
    /// <summary>What it says.</summary>
    public RaftMessageKind Kind { get; init; }

    /// <summary>A vote or pre-vote response: whether it was given.</summary>
    public bool Granted { get; init; }

    /// <summary>An append response: the entry before the sent ones is not in the follower's log.</summary>
    public bool Rejected { get; init; }

    /// <summary>The sender.</summary>
    public NodeId From { get; init; }

    /// <summary>The receiver, another node.</summary>
    public NodeId To { get; init; }

    /// <summary>The sender's term; in a pre-vote request and its grant, the term that is asked about.</summary>
    public Term Term { get; init; }

    /// <summary>
    /// Requests for votes: the last entry in the sender's log. An append request: the entry before the first of
    /// <see cref="Entries"/>. An append response: on acceptance, the follower's log equals the leader's up to here, on disk; on
    /// rejection, the request's index, so that a late refusal can be told from a new one.
    /// </summary>
    public LogIndex Index { get; init; }

    /// <summary>Requests for votes and append requests: the term of the entry at <see cref="Index"/>.</summary>
    public Term LogTerm { get; init; }

    /// <summary>A rejection: the greatest index at which the logs may agree, as far as the follower can tell.</summary>
    public LogIndex HintIndex { get; init; }

    /// <summary>A rejection: the term of the follower's entry at <see cref="HintIndex"/>.</summary>
    public Term HintTerm { get; init; }

    /// <summary>Append requests and heartbeats: the leader's commit index.</summary>
    public LogIndex Commit { get; init; }

    /// <summary>
    /// A heartbeat: what the follower has acknowledged in this term; tells it after a restart what it need not be sent. Its
    /// answer: the follower's log equals the leader's up to here, on disk: an acknowledgement.
    /// </summary>
    public LogIndex Match { get; init; }

    /// <summary>A heartbeat's answer: the same, in memory at least: what need not be sent again.</summary>
    public LogIndex Received { get; init; }

    /// <summary>A heartbeat: when it was sent by the leader's clock; comes back unread in its answer.</summary>
    public MonotonicTime SentAt { get; init; }

    /// <summary>An append request: the entries, without gap; at least one from this engine, though none is understood.</summary>
    public EntryRange Entries { get; init; }

    /// <summary>A snapshot chunk: which snapshot it is a part of.</summary>
    public SnapshotMeta? Snapshot { get; init; }

    /// <summary>A snapshot chunk: where its bytes begin. Its answer: the receiver has everything before this offset.</summary>
    public long Offset { get; init; }

    /// <summary>A snapshot chunk: the bytes, none in an offer. A proposal: the command.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>A snapshot chunk: CRC-32C of <see cref="Data"/>.</summary>
    public uint Checksum { get; init; }

    /// <summary>
    /// A number that comes back unread in the answer. A snapshot chunk: that of the newest offer. A read: that of the question. A
    /// heartbeat's answer: that of a newcomer, which comes back in a heartbeat once it holds what it must.
    /// </summary>
    public ulong Context { get; init; }

    /// <summary>
    /// What a leader sends to a follower, and the answers: which of the leader's sessions with that node in this term it belongs
    /// to. 0 is the first; a node that is removed and added again gets another.
    /// </summary>
    public ulong Session { get; init; }

    /// <summary>
    /// A heartbeat: how many transfers of leadership its sender has given up in this term. A transfer request, and the vote
    /// requests that follow it: the same, when the transfer began.
    /// </summary>
    public uint Handovers { get; init; }

    /// <summary>
    /// A heartbeat's answer, and a vote that is given: for how long after the message that is answered the sender helps nobody else to lead, by
    /// its clock. Zero from builds that do not tell. In whole microseconds.
    /// </summary>
    public TimeSpan Patience { get; init; }

    /// <summary>A vote request: the leader of the term before asked the sender to stand, so patience with it is not called for.</summary>
    public bool IsSuccessor { get; init; }

    /// <summary>A <see cref="RaftMessageKind.PreVoteRequest"/>.</summary>
    /// <param name="from">The node that thinks of standing.</param>
    /// <param name="to">The voter asked.</param>
    /// <param name="term">The term the sender would stand in: the one after its current term.</param>
    /// <param name="lastIndex">The last entry in the sender's log.</param>
    /// <param name="lastTerm">The term of that entry.</param>
    public static RaftMessage PreVoteRequest(NodeId from, NodeId to, Term term, LogIndex lastIndex, Term lastTerm) => new()
    {
        Kind = RaftMessageKind.PreVoteRequest,
        From = from,
        To = to,
        Term = term,
        Index = lastIndex,
        LogTerm = lastTerm,
    };

    /// <summary>A <see cref="RaftMessageKind.PreVoteResponse"/>.</summary>
    /// <param name="from">The voter asked.</param>
    /// <param name="to">The node that asked.</param>
    /// <param name="term">On a grant the term that was asked about; on a refusal the voter's own, so that a node that fell behind
    /// catches up.</param>
    /// <param name="granted">Whether the voter would vote for the sender.</param>
    public static RaftMessage PreVoteResponse(NodeId from, NodeId to, Term term, bool granted) =>
        new() { Kind = RaftMessageKind.PreVoteResponse, From = from, To = to, Term = term, Granted = granted };

    /// <summary>A <see cref="RaftMessageKind.VoteRequest"/>.</summary>
    /// <param name="from">The candidate.</param>
    /// <param name="to">The voter asked.</param>
    /// <param name="term">The term the candidate stands in.</param>
    /// <param name="lastIndex">The last entry in the candidate's log.</param>
    /// <param name="lastTerm">The term of that entry.</param>
    public static RaftMessage VoteRequest(NodeId from, NodeId to, Term term, LogIndex lastIndex, Term lastTerm) =>
        PreVoteRequest(from, to, term, lastIndex, lastTerm) with { Kind = RaftMessageKind.VoteRequest };

    /// <summary>A <see cref="RaftMessageKind.VoteResponse"/>.</summary>
    /// <param name="from">The voter.</param>
    /// <param name="to">The candidate.</param>
    /// <param name="term">The voter's term.</param>
    /// <param name="granted">Whether the vote was given.</param>
    public static RaftMessage VoteResponse(NodeId from, NodeId to, Term term, bool granted) =>
        PreVoteResponse(from, to, term, granted) with { Kind = RaftMessageKind.VoteResponse };

    /// <summary>A <see cref="RaftMessageKind.TransferRequest"/>.</summary>
    /// <param name="from">The leader.</param>
    /// <param name="to">The voter that is to lead next.</param>
    /// <param name="term">The leader's term.</param>
    /// <param name="lastIndex">The last entry in the leader's log, which the voter has acknowledged.</param>
    /// <param name="handovers">How many transfers the leader has given up in this term.</param>
    public static RaftMessage TransferRequest(NodeId from, NodeId to, Term term, LogIndex lastIndex, uint handovers) => new()
    {
        Kind = RaftMessageKind.TransferRequest,
        From = from,
        To = to,
        Term = term,
        Index = lastIndex,
        Handovers = handovers,
    };

    /// <summary>A <see cref="RaftMessageKind.AppendRequest"/>.</summary>
    /// <param name="from">The leader.</param>
    /// <param name="to">The follower.</param>
    /// <param name="term">The leader's term.</param>
    /// <param name="prevIndex">The entry before the first of <paramref name="entries"/>.</param>
    /// <param name="prevTerm">The term of that entry.</param>
    /// <param name="commit">The leader's commit index.</param>
    /// <param name="entries">The entries.</param>
    public static RaftMessage AppendRequest(
        NodeId from, NodeId to, Term term, LogIndex prevIndex, Term prevTerm, LogIndex commit, EntryRange entries) => new()
        {
            Kind = RaftMessageKind.AppendRequest,
            From = from,
            To = to,
            Term = term,
            Index = prevIndex,
            LogTerm = prevTerm,
            Commit = commit,
            Entries = entries,
        };

    /// <summary>A <see cref="RaftMessageKind.AppendResponse"/> that accepts.</summary>
    /// <param name="from">The follower.</param>
    /// <param name="to">The leader.</param>
    /// <param name="term">The follower's term.</param>
    /// <param name="match">The follower's log equals the leader's up to here, on disk.</param>
    public static RaftMessage AppendResponse(NodeId from, NodeId to, Term term, LogIndex match) =>
        new() { Kind = RaftMessageKind.AppendResponse, From = from, To = to, Term = term, Index = match };

    /// <summary>A <see cref="RaftMessageKind.AppendResponse"/> that rejects.</summary>
    /// <param name="from">The follower.</param>
    /// <param name="to">The leader.</param>
    /// <param name="term">The follower's term.</param>
    /// <param name="prevIndex">The request's index.</param>
    /// <param name="hintIndex">The greatest index at which the logs may agree.</param>
    /// <param name="hintTerm">The term of the follower's entry there.</param>
    public static RaftMessage AppendRejection(
        NodeId from, NodeId to, Term term, LogIndex prevIndex, LogIndex hintIndex, Term hintTerm) => new()
        {
            Kind = RaftMessageKind.AppendResponse,
            From = from,
            To = to,
            Term = term,
            Rejected = true,
            Index = prevIndex,
            HintIndex = hintIndex,
            HintTerm = hintTerm,
        };

    /// <summary>A <see cref="RaftMessageKind.Heartbeat"/>.</summary>
    /// <param name="from">The leader.</param>
    /// <param name="to">The follower.</param>
    /// <param name="term">The leader's term.</param>
    /// <param name="sentAt">The leader's clock.</param>
    /// <param name="commit">The leader's commit index.</param>
    /// <param name="match">What the follower has acknowledged in this term.</param>
    public static RaftMessage Heartbeat(
        NodeId from, NodeId to, Term term, MonotonicTime sentAt, LogIndex commit, LogIndex match) => new()
        {
            Kind = RaftMessageKind.Heartbeat,
            From = from,
            To = to,
            Term = term,
            SentAt = sentAt,
            Commit = commit,
            Match = match,
        };

    /// <summary>A <see cref="RaftMessageKind.HeartbeatResponse"/>.</summary>
    /// <param name="from">The follower.</param>
    /// <param name="to">The leader.</param>
    /// <param name="term">The follower's term.</param>
    /// <param name="sentAt">The heartbeat's stamp.</param>
    /// <param name="received">Equal to the leader's log up to here, in memory at least.</param>
    /// <param name="match">The same, on disk.</param>
    public static RaftMessage HeartbeatResponse(
        NodeId from, NodeId to, Term term, MonotonicTime sentAt, LogIndex received, LogIndex match) => new()
        {
            Kind = RaftMessageKind.HeartbeatResponse,
            From = from,
            To = to,
            Term = term,
            SentAt = sentAt,
            Received = received,
            Match = match,
        };
}
