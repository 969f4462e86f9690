using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>What the shell has to carry out after a step. Reused: the owner clears it after use.</summary>
public sealed class NodeEffects
{
    /// <summary>To be made durable, in order, then reported through <see cref="ClusterNode.Persisted"/>.</summary>
    public List<LogWrite> Writes { get; } = [];

    /// <summary>Messages of the consensus engine, to be sent now.</summary>
    public List<RaftMessage> RaftMessages { get; } = [];

    /// <summary>Messages of the membership core, to be sent now.</summary>
    public List<PeerMessage> Messages { get; } = [];

    /// <summary>Newly committed events, in order, each exactly once a process life. Never changed after.</summary>
    public List<ClusterEvent> Events { get; } = [];

    /// <summary>Outcomes of requests submitted here: the request's number and what became of it.</summary>
    public List<(ulong Request, CommandOutcome Outcome)> Outcomes { get; } = [];

    /// <summary>Fence attempts for this node to carry out.</summary>
    public List<FenceOrder> FenceOrders { get; } = [];

    /// <summary>Ends that the shell is asked to prove before this node can join.</summary>
    public List<ExitQuestion> ExitQuestions { get; } = [];

    /// <summary>
    /// Set when this node's incarnation ended while the process lived on (declared down, or fenced): every local group member must be told
    /// that its stay is over. The text says why.
    /// </summary>
    public string? IncarnationEnded { get; set; }

    /// <summary>Empties everything.</summary>
    public void Clear()
    {
        Writes.Clear();
        RaftMessages.Clear();
        Messages.Clear();
        Events.Clear();
        Outcomes.Clear();
        FenceOrders.Clear();
        ExitQuestions.Clear();
        IncarnationEnded = null;
    }
}
