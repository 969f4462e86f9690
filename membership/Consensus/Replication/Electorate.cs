using Cluster.Consensus.Quorum;

namespace Cluster.Consensus;

/// <summary>
/// The voters of a configuration and what their majorities have reached. In a joint configuration everything needs a majority
/// of both halves: elections, commitment, reads and the confirmations that leases rest on.
/// </summary>
/// <param name="incoming">The voters.</param>
/// <param name="outgoing">The voters of the configuration that is being left.</param>
internal sealed class Electorate(Voter[] incoming, Voter[] outgoing)
{
    private readonly Voter[] _voters = [.. incoming, .. outgoing];
    private readonly Weighted<LogIndex>[] _indexes = new Weighted<LogIndex>[incoming.Length + outgoing.Length];
    private readonly Weighted<MonotonicTime>[] _times = new Weighted<MonotonicTime>[incoming.Length + outgoing.Length];
    private readonly Weighted<Ballot>[] _ballots = new Weighted<Ballot>[incoming.Length + outgoing.Length];

    /// <summary>True when this node votes.</summary>
    public bool HasSelf { get; } = incoming.Concat(outgoing).Any(static voter => voter.Peer is null);

    /// <summary>What a majority has on disk.</summary>
    /// <param name="own">What this node has.</param>
    public LogIndex Matched(LogIndex own)
    {
        for (int i = 0; i < _voters.Length; i++)
        {
            _indexes[i] = new(_voters[i].Peer is { } peer ? peer.Progress.Match : own, _voters[i].Votes);
        }

        return Reached(_indexes);
    }

    /// <summary>The newest stamp that a majority has returned.</summary>
    /// <param name="own">The present.</param>
    public MonotonicTime Echoed(MonotonicTime own)
    {
        for (int i = 0; i < _voters.Length; i++)
        {
            _times[i] = new(_voters[i].Peer is { } peer ? peer.Progress.EchoedAt : own, _voters[i].Votes);
        }

        return Reached(_times);
    }

    /// <summary>Until when a majority has promised to help nobody else to lead.</summary>
    /// <param name="own">What this node promises.</param>
    public MonotonicTime Promised(MonotonicTime own)
    {
        for (int i = 0; i < _voters.Length; i++)
        {
            _times[i] = new(_voters[i].Peer is { } peer ? peer.Progress.PromisedUntil : own, _voters[i].Votes);
        }

        return Reached(_times);
    }

    /// <summary>How the vote for this node stands.</summary>
    public VoteResult Tally()
    {
        for (int i = 0; i < _voters.Length; i++)
        {
            _ballots[i] = new(_voters[i].Peer?.Ballot ?? Ballot.Granted, _voters[i].Votes);
        }

        return JointQuorum.Tally(_ballots.AsSpan(0, incoming.Length), _ballots.AsSpan(incoming.Length));
    }

    /// <summary>True when the peer votes.</summary>
    public bool Has(Peer peer)
    {
        foreach (Voter voter in _voters)
        {
            if (voter.Peer == peer)
            {
                return true;
            }
        }

        return false;
    }

    private T Reached<T>(Weighted<T>[] values)
        where T : IComparable<T> =>
        JointQuorum.Reached(values.AsSpan(0, incoming.Length), values.AsSpan(incoming.Length));
}
