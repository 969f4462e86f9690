namespace Cluster.Membership.Tests.Quorum;

/// <summary>
/// The rules of quorum once more, as literally as they can be put: a cluster is a set of nodes that run and a set of nodes that vote, and everything
/// is found out by trying every order of every failure. Shares nothing with the calculator.
/// </summary>
internal sealed class QuorumModel
{
    private readonly QuorumDesign _design;
    private readonly SortedSet<string> _running;
    private readonly SortedSet<string> _voting;

    public QuorumModel(QuorumDesign design)
        : this(design, [.. design.Nodes.Select(node => node.Name)], [.. design.Nodes.Where(node => !node.IsLearner).Select(node => node.Name)])
    {
    }

    private QuorumModel(QuorumDesign design, SortedSet<string> running, SortedSet<string> voting)
    {
        _design = design;
        _running = running;
        _voting = voting;
    }

    public bool Serves => _running.Any(name => !Node(name).IsArbiter);

    public bool HasMajority => 2 * _voting.Where(_running.Contains).Sum(Votes) > _voting.Sum(Votes);

    public bool MayGoAlone
    {
        get
        {
            if (!_design.TwoNode || _voting.Count != 2)
            {
                return false;
            }

            string[] silent = [.. _voting.Where(name => !_running.Contains(name))];
            return silent.Length == 1 && Node(silent[0]).CanBeFenced && Votes(_voting.Min!) == Votes(_voting.Max!);
        }
    }

    public bool GoesOn => Serves && (HasMajority || MayGoAlone);

    /// <summary>The cluster right after these nodes failed at once.</summary>
    public QuorumModel Without(IEnumerable<string> failed) => new(_design, [.. _running.Except(failed)], [.. _voting]);

    /// <summary>The cluster when all that follows from the failures so far is over.</summary>
    public QuorumModel Settled()
    {
        SortedSet<string> voting = [.. HasMajority ? _voting : _voting.Where(_running.Contains)];
        int wanted = _design.VotersWanted ?? _design.Nodes.Count(node => !node.IsLearner);
        foreach (string gone in _voting.Where(name => !_running.Contains(name) && Node(name).CanBeFenced && voting.Contains(name)))
        {
            // A learner takes the seat; or, if the settings say so and enough others vote, nobody does.
            string? successor = Waiting(voting).FirstOrDefault();
            if (successor is not null && voting.Count <= wanted)
            {
                voting.Remove(gone);
                voting.Add(successor);
            }
            else if (_design.LastManStanding && (voting.Count > 3 || (voting.Count == 3 && _design.TwoNode)))
            {
                voting.Remove(gone);
            }
        }

        foreach (string late in Waiting(voting).ToArray())
        {
            if (voting.Count < wanted)
            {
                voting.Add(late);
            }
        }

        return new QuorumModel(_design, [.. _running], voting);
    }

    /// <summary>The numbers of failures after which somebody's order of failures first stops the cluster, less one: the least and the greatest.</summary>
    public (int Least, int Most) InTurn()
    {
        string[] next = [.. _design.Nodes.Where(node => _voting.Contains(node.Name) && _running.Contains(node.Name)).Select(node => node.Name)];
        if (next.Length == 0)
        {
            return (0, 0);
        }

        (int Least, int Most)[] all = [.. next.Select(name =>
        {
            QuorumModel after = Without([name]);
            if (!after.GoesOn)
            {
                return (0, 0);
            }

            (int least, int most) = after.Settled().InTurn();
            return (least + 1, most + 1);
        })];
        return (all.Min(each => each.Least), all.Max(each => each.Most));
    }

    private IEnumerable<string> Waiting(SortedSet<string> voting) =>
        _design.Nodes.Where(node => node.IsLearner && _running.Contains(node.Name) && !voting.Contains(node.Name)).Select(node => node.Name);

    private QuorumNode Node(string name) => _design.Nodes.Single(node => node.Name == name);

    private int Votes(string name) => Node(name).Votes;
}
