using Cluster.Consensus.Quorum;

namespace Cluster.Consensus;

/// <summary>
/// The voters of a configuration and what their majorities have reached. In a joint configuration everything needs a majority
/// of both halves: elections, commitment, reads and the confirmations that leases rest on.
/// </summary>
/// <param name="incoming">The voters; null stands for this node.</param>
/// <param name="outgoing">The voters of the configuration that is being left.</param>
internal sealed class Electorate(Peer?[] incoming, Peer?[] outgoing)
{
    private readonly LogIndex[] _indexes = new LogIndex[incoming.Length + outgoing.Length];
    private readonly MonotonicTime[] _times = new MonotonicTime[incoming.Length + outgoing.Length];
    private readonly Ballot[] _ballots = new Ballot[incoming.Length + outgoing.Length];

    /// <summary>True when this node votes.</summary>
    public bool HasSelf { get; } = incoming.Contains(null) || outgoing.Contains(null);

    /// <summary>What a majority has on disk.</summary>
    /// <param name="own">What this node has.</param>
    public LogIndex Matched(LogIndex own)
    {
        for (int i = 0; i < _indexes.Length; i++)
        {
            _indexes[i] = At(i) is { } peer ? peer.Progress.Match : own;
        }

        return JointQuorum.Reached(_indexes.AsSpan(0, incoming.Length), _indexes.AsSpan(incoming.Length));
    }

    /// <summary>The newest stamp that a majority has returned.</summary>
    /// <param name="own">The present.</param>
    /// <param name="floor">Older stamps than this count for nothing.</param>
    public MonotonicTime Echoed(MonotonicTime own, MonotonicTime floor)
    {
        for (int i = 0; i < _times.Length; i++)
        {
            MonotonicTime at = At(i) is { } peer ? peer.Progress.EchoedAt : own;
            _times[i] = at < floor ? MonotonicTime.DistantPast : at;
        }

        return JointQuorum.Reached(_times.AsSpan(0, incoming.Length), _times.AsSpan(incoming.Length));
    }

    /// <summary>How the vote for this node stands.</summary>
    public VoteResult Tally()
    {
        for (int i = 0; i < _ballots.Length; i++)
        {
            _ballots[i] = At(i)?.Ballot ?? Ballot.Granted;
        }

        return JointQuorum.Tally(_ballots.AsSpan(0, incoming.Length), _ballots.AsSpan(incoming.Length));
    }

    /// <summary>True when the peer votes.</summary>
    public bool Has(Peer peer) => incoming.Contains(peer) || outgoing.Contains(peer);

    private Peer? At(int i) => i < incoming.Length ? incoming[i] : outgoing[i - incoming.Length];
}
