using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <summary>
/// What the shell has to do after an input, in the order of each list. The core only adds; the shell carries everything out and
/// then calls
/// <see cref="Clear"/>. The lists are reused: copy what must outlive the next input.
/// </summary>
public sealed class LockSpaceEffects
{
    /// <summary>
    /// To be sent, in this order for each receiver. When there is no connection to a receiver its messages may be dropped,
    /// provided that
    /// <see cref="LockSpaceCore.PeerReset"/> is called once there is one again.
    /// </summary>
    public List<OutgoingMessage> Messages { get; } = [];

    /// <summary>Ends of requests and conversions of this member's users.</summary>
    public List<LockCompletion> Completions { get; } = [];

    /// <summary>Locks of this member's users that stand in somebody's way.</summary>
    public List<BlockingNotice> BlockingNotices { get; } = [];

    /// <summary>
    /// Generations that this member has recovered: acknowledge the last one to the cluster. Holds at most one entry.
    /// </summary>
    public List<Generation> Recovered { get; } = [];

    /// <summary>True when there is nothing to do.</summary>
    public bool IsEmpty => Messages.Count == 0 && Completions.Count == 0 && BlockingNotices.Count == 0 && Recovered.Count == 0;

    /// <summary>Empties all lists.</summary>
    public void Clear()
    {
        Messages.Clear();
        Completions.Clear();
        BlockingNotices.Clear();
        Recovered.Clear();
    }
}
