namespace Cluster.Consensus;

/// <summary>Answers an <see cref="AppendRequest"/>.</summary>
/// <param name="From">The follower.</param>
/// <param name="To">The leader.</param>
/// <param name="Term">The follower's term.</param>
/// <param name="Rejected">The entry before the sent ones is not in the follower's log.</param>
/// <param name="Index">
/// When accepted: the follower's log equals the leader's up to here, on disk. When rejected: the request's
/// <see cref="AppendRequest.PrevIndex"/>, so that a late refusal can be told from a new one.
/// </param>
/// <param name="HintIndex">When rejected: the greatest index at which the logs may agree, as far as the follower can tell.</param>
/// <param name="HintTerm">When rejected: the term of the follower's entry at the hint.</param>
public sealed record AppendResponse(
    NodeId From,
    NodeId To,
    Term Term,
    bool Rejected,
    LogIndex Index,
    LogIndex HintIndex,
    Term HintTerm)
    : RaftMessage(From, To, Term);
