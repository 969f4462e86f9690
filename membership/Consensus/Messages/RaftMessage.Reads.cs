namespace Cluster.Consensus;

/// <content>Reads and proposals on their way to the leader.</content>
public readonly partial record struct RaftMessage
{
    /// <summary>A <see cref="RaftMessageKind.ReadRequest"/>.</summary>
    /// <param name="from">The follower.</param>
    /// <param name="to">The leader.</param>
    /// <param name="term">The term in which the receiver leads, as far as the sender knows.</param>
    /// <param name="question">The question's number; never used before, in earlier lives of the process neither.</param>
    public static RaftMessage ReadRequest(NodeId from, NodeId to, Term term, ulong question) =>
        new() { Kind = RaftMessageKind.ReadRequest, From = from, To = to, Term = term, Context = question };

    /// <summary>A <see cref="RaftMessageKind.ReadResponse"/> that answers.</summary>
    /// <param name="from">The leader.</param>
    /// <param name="to">The follower.</param>
    /// <param name="term">The leader's term.</param>
    /// <param name="question">The question's number.</param>
    /// <param name="index">What the follower must have applied before it reads.</param>
    public static RaftMessage ReadResponse(NodeId from, NodeId to, Term term, ulong question, LogIndex index) =>
        new() { Kind = RaftMessageKind.ReadResponse, From = from, To = to, Term = term, Context = question, Index = index };

    /// <summary>A <see cref="RaftMessageKind.ReadResponse"/> that refuses: the sender does not lead that term, or no longer.</summary>
    /// <param name="from">The node that was asked.</param>
    /// <param name="to">The node that asked.</param>
    /// <param name="term">The sender's term.</param>
    /// <param name="question">The question's number.</param>
    public static RaftMessage ReadRefusal(NodeId from, NodeId to, Term term, ulong question) =>
        new() { Kind = RaftMessageKind.ReadResponse, From = from, To = to, Term = term, Context = question, Rejected = true };

    /// <summary>A <see cref="RaftMessageKind.Proposal"/>. It belongs to no term.</summary>
    /// <param name="from">The node that proposes.</param>
    /// <param name="to">The leader, as far as the sender knows.</param>
    /// <param name="command">The command.</param>
    public static RaftMessage Proposal(NodeId from, NodeId to, ReadOnlyMemory<byte> command) =>
        new() { Kind = RaftMessageKind.Proposal, From = from, To = to, Data = command };
}
