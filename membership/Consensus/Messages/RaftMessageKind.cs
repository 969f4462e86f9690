namespace Cluster.Consensus;

/// <summary>What a <see cref="RaftMessage"/> says.</summary>
public enum RaftMessageKind : byte
{
    /// <summary>No message.</summary>
    None,

    /// <summary>Asks whether the receiver would vote for the sender (pre-vote, Raft thesis §9.6). Changes nobody's term.</summary>
    PreVoteRequest,

    /// <summary>Answers a <see cref="PreVoteRequest"/>. A grant promises nothing.</summary>
    PreVoteResponse,

    /// <summary>
    /// Asks for a vote (Raft §5.2). Sent once the candidate's vote for itself is on disk, and repeated in its term.
    /// </summary>
    VoteRequest,

    /// <summary>
    /// Answers a <see cref="VoteRequest"/>. A grant was on disk before it was sent, and promises that the voter will help nobody
    /// else to lead for <see cref="RaftMessage.Patience"/> from the moment the request reached it.
    /// </summary>
    VoteResponse,

    /// <summary>Replicates entries (Raft §5.3). May be sent before they are on the leader's own disk (thesis §10.2.1).</summary>
    AppendRequest,

    /// <summary>Answers an <see cref="AppendRequest"/>.</summary>
    AppendResponse,

    /// <summary>
    /// Shows that the leader lives, and tells how far the log is committed. Small, never behind a log write: to be sent ahead of
    /// append messages.
    /// </summary>
    Heartbeat,

    /// <summary>
    /// Answers a <see cref="Heartbeat"/>: the follower will help nobody else to lead for <see cref="RaftMessage.Patience"/> from the
    /// moment the heartbeat reached it. Waits for no log write, so that a slow disk does not look like a dead node.
    /// </summary>
    HeartbeatResponse,

    /// <summary>
    /// A part of a snapshot, for a follower that needs entries the leader has dropped (Raft §7). Without bytes it is an offer: it asks
    /// how much of the snapshot the follower has.
    /// </summary>
    SnapshotChunk,

    /// <summary>Answers a <see cref="SnapshotChunk"/>, and tells, perhaps later, that the snapshot is installed.</summary>
    SnapshotResponse,

    /// <summary>Asks the leader for a read barrier on behalf of a follower's clients (thesis §6.4).</summary>
    ReadRequest,

    /// <summary>Answers a <see cref="ReadRequest"/>.</summary>
    ReadResponse,

    /// <summary>A command on its way to the leader. Lost when the receiver does not lead or has too much uncommitted.</summary>
    Proposal,

    /// <summary>Asks a voter that has everything to stand for election at once (thesis §3.10).</summary>
    TransferRequest,
}
