using Cluster.Consensus;

namespace Cluster.Runtime.Loop;

/// <summary>What waited in the <see cref="Inbox"/>. Nothing depends on the order between the kinds; within one it is kept.</summary>
internal sealed class InboxBatch
{
    /// <summary>The greatest ticket that the log thread reported; 0 when it reported none.</summary>
    public ulong Persisted { get; set; }

    /// <summary>Messages of the peers' engines.</summary>
    public List<RaftMessage> RaftMessages { get; } = [];

    /// <summary>Other messages of peers.</summary>
    public List<PeerMessage> Messages { get; } = [];

    /// <summary>Calls.</summary>
    public List<LoopCall> Calls { get; } = [];

    /// <summary>True when nothing waits.</summary>
    public bool IsEmpty => Persisted == 0 && RaftMessages.Count + Messages.Count + Calls.Count == 0;

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Persisted = 0;
        RaftMessages.Clear();
        Messages.Clear();
        Calls.Clear();
    }
}
