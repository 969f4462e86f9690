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

    /// <summary>
    /// Snapshots to be saved as files, apart from the log's writes and without delaying them, then reported through
    /// <see cref="ClusterNode.SnapshotSaved"/> or <see cref="ClusterNode.SnapshotNotSaved"/>.
    /// </summary>
    public List<Snapshot> SnapshotSaves { get; } = [];

    /// <summary>Set when the state was replaced by this snapshot's. <see cref="Events"/> bridges the gap as far as events are retained.</summary>
    public SnapshotMeta? Restored { get; set; }

    /// <summary>
    /// Set when <see cref="Events"/> does not follow the events before: those up to here are lost to subscribers that have not seen them, who are to be told so.
    /// </summary>
    public EventPosition? EventsDroppedThrough { get; set; }

    /// <summary>Newly committed events, in order, each exactly once a process life. Never changed after.</summary>
    public List<ClusterEvent> Events { get; } = [];

    /// <summary>Outcomes of requests submitted here: the request's number and what became of it.</summary>
    public List<(ulong Request, CommandOutcome Outcome)> Outcomes { get; } = [];

    /// <summary>Fence attempts for this node to carry out.</summary>
    public List<FenceOrder> FenceOrders { get; } = [];

    /// <summary>Orders of before that are not this node's to carry out any more.</summary>
    public List<(OperationId Operation, uint Attempt)> FenceCancels { get; } = [];

    /// <summary>Ends that the shell is asked to prove before this node can join.</summary>
    public List<ExitQuestion> ExitQuestions { get; } = [];

    /// <summary>Set when the cluster refused this node's join: what it answered. The node asks again.</summary>
    public string? JoinRefused { get; set; }

    /// <summary>
    /// Set when this node's incarnation ended while the process lived on (declared down, or fenced): every local group member must be told
    /// that its stay is over. The text says why.
    /// </summary>
    public string? IncarnationEnded { get; set; }

    /// <summary>
    /// Set when this node has been without quorum for so long that the settings want local stays in groups ended (<see cref="NoQuorumPolicy.Stop"/>), although its
    /// life is not over: every local group member must be told that its stay is over, and leaves when it has given up what it holds. The text says why.
    /// </summary>
    public string? StaysEnded { get; set; }

    /// <summary>
    /// Set when numbers, names or addresses of nodes changed: the links go by <see cref="ClusterState.Nodes"/> from now on. Nodes that are new or were removed are
    /// still to be heard: the engine tells them what they need to know.
    /// </summary>
    public bool PeersChanged { get; set; }

    /// <summary>
    /// Set when this is to stand on disk in the place of what was stored before. Once it does, it is reported through <see cref="ClusterNode.TimingStored"/>;
    /// only then is it used. Until then nothing further is set here.
    /// </summary>
    public StoredTiming? TimingToStore { get; set; }

    /// <summary>
    /// True when there is more than writes, messages and snapshots: things that stand in an order to those of other inputs, so that they are to be carried out
    /// before the next input.
    /// </summary>
    public bool HasNews =>
        Events.Count + Outcomes.Count + FenceOrders.Count + FenceCancels.Count + ExitQuestions.Count > 0
        || Restored is not null
        || EventsDroppedThrough is not null
        || IncarnationEnded is not null
        || StaysEnded is not null
        || PeersChanged
        || TimingToStore is not null
        || JoinRefused is not null;

    /// <summary>Empties everything.</summary>
    public void Clear()
    {
        Writes.Clear();
        RaftMessages.Clear();
        Messages.Clear();
        Events.Clear();
        Outcomes.Clear();
        FenceOrders.Clear();
        FenceCancels.Clear();
        SnapshotSaves.Clear();
        Restored = null;
        EventsDroppedThrough = null;
        ExitQuestions.Clear();
        IncarnationEnded = null;
        StaysEnded = null;
        JoinRefused = null;
        PeersChanged = false;
        TimingToStore = null;
    }
}
