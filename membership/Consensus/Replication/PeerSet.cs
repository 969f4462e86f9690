namespace Cluster.Consensus;

/// <summary>The other nodes that take part, by number; on a leader also those that were removed and have yet to learn of it.</summary>
internal sealed class PeerSet(RaftOptions options)
{
    private Peer[] _all = [];

    /// <summary>All of them, in order of their numbers. Replaced as a whole when it changes, so it can be walked meanwhile.</summary>
    public Peer[] All => _all;

    /// <summary>The voters among them, and this node's own part.</summary>
    public Electorate Electorate { get; private set; } = new([], []);

    /// <summary>How many of them were removed.</summary>
    public int RemovedCount => _all.Count(peer => peer.RemovedBy is not null);

    /// <summary>True when some of them were removed.</summary>
    public bool HasRemoved { get; private set; }

    /// <summary>The peer with this number, or null.</summary>
    public Peer? Find(NodeId id)
    {
        // Asked for every message: a thousand learners must not make each of theirs cost a thousand comparisons.
        int low = 0;
        int high = _all.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = _all[middle].Id.CompareTo(id);
            if (order == 0)
            {
                return _all[middle];
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return null;
    }

    /// <summary>Takes over a configuration. What is known of nodes that stay is kept.</summary>
    /// <param name="configuration">Who takes part from now on.</param>
    /// <param name="removed">Called for nodes that took part until now; true keeps them for a while.</param>
    public void Apply(ClusterConfiguration configuration, Predicate<Peer> removed)
    {
        var peers = new List<Peer>();
        foreach (NodeId id in configuration.Members)
        {
            if (id != options.Self)
            {
                // A node that was removed and comes back may have another disk: it starts from nothing.
                Peer? known = Find(id);
                peers.Add(known is { RemovedBy: null } ? known : new Peer(id, options));
            }
        }

        foreach (Peer peer in _all)
        {
            if (!configuration.IsMember(peer.Id) && removed(peer))
            {
                peers.Add(peer);
            }
        }

        Replace(peers);
        bool countsLearners = (options.Mutations & RaftMutations.CountsLearners) != 0;
        bool countsOneHalf = (options.Mutations & RaftMutations.CountsOneHalf) != 0;
        IEnumerable<Voter> incoming = configuration.Voters.Select(id => Known(id, configuration.VotesOf(id)));
        IEnumerable<Voter> outgoing = configuration.OutgoingVoters.Select(id => Known(id, configuration.OutgoingVotesOf(id)));
        Electorate = new Electorate(
            [.. incoming, .. countsLearners ? configuration.Learners.Select(id => Known(id, 1)) : []],
            countsOneHalf ? [] : [.. outgoing]);
    }

    /// <summary>Adds a node that takes no part.</summary>
    public void Add(Peer peer) => Replace([.. _all, peer]);

    /// <summary>Forgets removed nodes.</summary>
    public void Forget(Predicate<Peer> which)
    {
        if (HasRemoved)
        {
            Replace([.. _all.Where(peer => peer.RemovedBy is null || !which(peer))]);
        }
    }

    private Voter Known(NodeId id, int votes) => new(
        id == options.Self ? null : Find(id), (options.Mutations & RaftMutations.CountsHeads) == 0 ? votes : 1);

    private void Replace(List<Peer> peers)
    {
        peers.Sort((left, right) => left.Id.CompareTo(right.Id));
        _all = [.. peers];
        HasRemoved = RemovedCount > 0;
    }
}
