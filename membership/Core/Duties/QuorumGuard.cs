using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>
/// Keeps a leader from having its own majority switched off. A node that is down may well vote: its daemon was started anew and waits for proof about
/// its former life. Were all such nodes switched off at once, nobody could record the evidence or switch them on again.
/// </summary>
internal sealed class QuorumGuard(IReplicatedLog log, SettingsInForce settings)
{
    private readonly SortedDictionary<NodeId, MonotonicTime> _atWork = [];

    /// <summary>An attempt to switch this node off is proposed or at work: what it answered until now does not count.</summary>
    public void MarkAtWork(NodeId node, MonotonicTime now) => _atWork[node] = now;

    /// <summary>
    /// Whether a majority of votes answers this leader without the target's. While the leader is confirmed and nothing is at work, that is so for every
    /// target that does not answer: a dead node is never kept waiting.
    /// </summary>
    public bool Allows(NodeId target, MonotonicTime now) =>
        !log.Configuration.IsVoter(target) || log.Configuration.IsDecidedBy(voter => voter != target && Runs(voter, now));

    private bool Runs(NodeId node, MonotonicTime now)
    {
        MonotonicTime heard = log.HeardAt(node);
        return heard > now - settings.Timing.ElectionTimeoutMin && heard > _atWork.GetValueOrDefault(node, MonotonicTime.DistantPast);
    }
}
