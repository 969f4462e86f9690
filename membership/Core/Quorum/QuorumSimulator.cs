namespace Cluster.Membership;

/// <summary>
/// Answers which failures a cluster survives, by the rules that the running cluster follows: what counts needs more than half of the votes; in
/// two-node mode the one of two equal voters that has proven the other stopped goes on alone; a voter that is fenced and stays away gives its seat to a
/// learner, or, with last man standing, ceases to vote. Pure: it asks nobody and changes nothing.
/// </summary>
public sealed partial class QuorumSimulator
{
    /// <summary>With up to this many voters every set of failures and every partition is listed: 2^10 sets.</summary>
    public const int MostEnumerated = 10;

    private readonly QuorumDesign _design;
    private readonly QuorumNode[] _nodes;
    private readonly int _votersWanted;

    /// <summary>The places of the voters among the nodes.</summary>
    private readonly int[] _voters;

    /// <summary>Makes a calculator.</summary>
    /// <param name="design">The cluster.</param>
    /// <exception cref="ArgumentException">The design makes no sense; the message says why.</exception>
    public QuorumSimulator(QuorumDesign design)
    {
        design.Validate();
        _design = design;
        _nodes = [.. design.Nodes];
        _voters = [.. Enumerable.Range(0, _nodes.Length).Where(at => !_nodes[at].IsLearner)];
        _votersWanted = design.VotersWanted ?? _voters.Length;
    }

    /// <summary>Everything that can be said without naming nodes.</summary>
    public QuorumSimulation Simulate()
    {
        bool listed = _voters.Length <= MostEnumerated;
        (IReadOnlyList<IReadOnlyList<string>> survived, IReadOnlyList<IReadOnlyList<string>> fatal, QuorumCount count)? sets =
            listed ? EveryFailure() : null;
        int votes = _voters.Sum(at => _nodes[at].Votes);
        return new QuorumSimulation
        {
            Voters = _voters.Length,
            Votes = votes,
            Needed = Majority(votes),
            SinglePoints = [.. _nodes.Select(SinglePointAt).OfType<SinglePoint>()],
            Simultaneous = sets?.count ?? CountSimultaneous(),
            Survived = sets?.survived,
            Fatal = sets?.fatal,
            Successive = CountSuccessive(),
            ColdStarts = [.. Enumerable.Range(0, _voters.Length).Select(ColdStartWithout)],
            Partitions = listed ? EveryPartition() : null,
        };
    }

    /// <summary>What becomes of the cluster when these nodes fail at once.</summary>
    /// <exception cref="ArgumentException">A name is not known or given twice.</exception>
    public QuorumFailure FailAtOnce(IReadOnlyList<string> failed)
    {
        bool[] running = All();
        foreach (int at in Places(failed))
        {
            running[at] = false;
        }

        return Answer(failed, VotersOnly(), running);
    }

    /// <summary>
    /// What becomes of the cluster when these nodes fail one after another, each after all that follows from the one before is over; an answer
    /// each. The list ends where quorum is lost: from there on nobody can do anything.
    /// </summary>
    /// <exception cref="ArgumentException">A name is not known or given twice.</exception>
    public IReadOnlyList<QuorumFailure> FailInTurn(IReadOnlyList<string> failed)
    {
        bool[] voting = VotersOnly();
        bool[] running = All();
        var answers = new List<QuorumFailure>();
        var gone = new List<string>();
        foreach (int at in Places(failed))
        {
            running[at] = false;
            gone.Add(_nodes[at].Name);
            QuorumFailure answer = Answer([.. gone], voting, running);
            answers.Add(answer);
            if (answer.Verdict == QuorumVerdict.NoQuorum)
            {
                break;
            }

            Settle(voting, running);
        }

        return answers;
    }

    /// <summary>Which of several sides goes on when they do not reach each other. Nodes on no side have failed before.</summary>
    /// <exception cref="ArgumentException">A name is not known or given twice.</exception>
    public QuorumPartition Split(IReadOnlyList<IReadOnlyList<string>> sides)
    {
        int[] side = [.. _nodes.Select(_ => -1)];
        int[] places = Places([.. sides.SelectMany(names => names)]);
        int next = 0;
        for (int number = 0; number < sides.Count; number++)
        {
            for (int member = 0; member < sides[number].Count; member++)
            {
                side[places[next++]] = number;
            }
        }

        (int? winner, QuorumVerdict verdict) = Winner(side, sides.Count);
        return new QuorumPartition(sides, winner, verdict, Unproven(at => side[at] == winner));
    }

    private QuorumFailure Answer(IReadOnlyList<string> failed, bool[] voting, bool[] running)
    {
        int all = Votes(voting);
        return new QuorumFailure(failed, Judge(voting, running), Votes(voting, running), Majority(all), Unproven(at => running[at]));
    }

    /// <summary>The rule itself.</summary>
    /// <param name="voting">Who votes.</param>
    /// <param name="running">Who runs and is reached by the others that do.</param>
    private QuorumVerdict Judge(bool[] voting, bool[] running)
    {
        bool majority = HasMajority(voting, running);
        if (!majority && !GoesAlone(voting, running))
        {
            return QuorumVerdict.NoQuorum;
        }

        return !Serves(running) ? QuorumVerdict.NobodyServes : majority ? QuorumVerdict.Majority : QuorumVerdict.ByFencing;
    }

    /// <summary>What the leader does about who votes when the failures so far are over. Its own rules stand in <see cref="VoterPlan"/>.</summary>
    private void Settle(bool[] voting, bool[] running)
    {
        if (!HasMajority(voting, running))
        {
            // It went on alone: the other is a learner from then on.
            for (int at = 0; at < voting.Length; at++)
            {
                voting[at] &= running[at];
            }
        }

        for (int at = 0; at < voting.Length; at++)
        {
            // Only proof ends a vote: a node that is merely silent may still be running, and vote.
            if (voting[at] && !running[at] && _nodes[at].CanBeFenced)
            {
                Unseat(at, voting, running);
            }
        }

        while (voting.Count(votes => votes) < _votersWanted && Candidate(voting, running) is >= 0 and int seat)
        {
            voting[seat] = true;
        }
    }

    private void Unseat(int gone, bool[] voting, bool[] running)
    {
        int voters = voting.Count(votes => votes);
        int candidate = voters <= _votersWanted ? Candidate(voting, running) : -1;
        if (candidate < 0 && !(_design.LastManStanding && voters > (_design.TwoNode ? 2 : 3)))
        {
            return;
        }

        voting[gone] = false;
        if (candidate >= 0)
        {
            voting[candidate] = true;
        }
    }

    /// <summary>The learner that is to vote next; -1 when there is none.</summary>
    private int Candidate(bool[] voting, bool[] running) =>
        Array.FindIndex([.. Enumerable.Range(0, _nodes.Length).Select(at => _nodes[at].IsLearner && running[at] && !voting[at])], fits => fits);

    private bool HasMajority(bool[] voting, bool[] running) => 2 * Votes(voting, running) > Votes(voting);

    /// <summary>
    /// Two-node mode needs equal votes: only when neither is a majority alone is every committed entry on both, so that whoever is left has them
    /// all. Whoever outvotes the other may have committed what the other never saw.
    /// </summary>
    private bool GoesAlone(bool[] voting, bool[] running)
    {
        int[] pair = [.. Enumerable.Range(0, _nodes.Length).Where(at => voting[at])];
        if (!_design.TwoNode || pair.Length != 2 || _nodes[pair[0]].Votes != _nodes[pair[1]].Votes || running[pair[0]] == running[pair[1]])
        {
            return false;
        }

        return _nodes[running[pair[0]] ? pair[1] : pair[0]].CanBeFenced;
    }

    private (int? Winner, QuorumVerdict Verdict) Winner(int[] side, int sides)
    {
        bool[] voting = VotersOnly();
        var contenders = new List<(int Side, QuorumVerdict Verdict)>();
        for (int number = 0; number < sides; number++)
        {
            int own = number;
            QuorumVerdict verdict = Judge(voting, [.. side.Select(each => each == own)]);
            if (verdict != QuorumVerdict.NoQuorum)
            {
                contenders.Add((number, verdict));
            }
        }

        if (contenders.Count == 0)
        {
            return (null, QuorumVerdict.NoQuorum);
        }

        // Only two equal voters can both contend: each may prove the other stopped, and the favoured one begins without delay.
        int favoured = side[Array.FindIndex(_nodes, node => !node.IsLearner && (_design.Favoured is null || node.Name == _design.Favoured))];
        return contenders.Find(each => contenders.Count == 1 || each.Side == favoured);
    }

    private SinglePoint? SinglePointAt(QuorumNode node)
    {
        QuorumFailure alone = FailAtOnce([node.Name]);
        return alone.Verdict switch
        {
            QuorumVerdict.NoQuorum => new SinglePoint(node.Name, SinglePointReason.QuorumIsLost),
            QuorumVerdict.NobodyServes => new SinglePoint(node.Name, SinglePointReason.NobodyServes),
            _ when alone.Unproven.Count > 0 => new SinglePoint(node.Name, SinglePointReason.NeedsHuman),
            _ => null,
        };
    }

    private ColdStart ColdStartWithout(int missing)
    {
        int[] votes = [.. _voters.Select(at => _nodes[at].Votes).Order()];
        int all = votes.Sum();
        bool waits = missing > 0 && (_design.WaitForAll || (_design.TwoNode && _voters.Length == 2));
        return new ColdStart(missing, Verdict(all - votes.TakeLast(missing).Sum()), Verdict(all - votes.Take(missing).Sum()));

        ColdStartVerdict Verdict(int present) => 2 * present <= all ? ColdStartVerdict.NoQuorum
            : waits ? ColdStartVerdict.WaitsForAll
            : ColdStartVerdict.Starts;
    }

    private static int Majority(int votes) => (votes / 2) + 1;

    private int Votes(bool[] voting) => _nodes.Select((node, at) => voting[at] ? node.Votes : 0).Sum();

    private int Votes(bool[] voting, bool[] running) => _nodes.Select((node, at) => voting[at] && running[at] ? node.Votes : 0).Sum();

    private bool Serves(bool[] running) => Enumerable.Range(0, _nodes.Length).Any(at => running[at] && !_nodes[at].IsArbiter);

    private string[] Unproven(Func<int, bool> goesOn) =>
    [
        .. Enumerable.Range(0, _nodes.Length)
            .Where(at => !goesOn(at) && !_nodes[at].IsArbiter && !_nodes[at].CanBeFenced)
            .Select(at => _nodes[at].Name),
    ];

    private bool[] All() => [.. _nodes.Select(_ => true)];

    private bool[] VotersOnly() => [.. _nodes.Select(node => !node.IsLearner)];

    private int[] Places(IReadOnlyList<string> names)
    {
        int[] places = new int[names.Count];
        for (int number = 0; number < places.Length; number++)
        {
            string name = names[number];
            places[number] = Array.FindIndex(_nodes, node => node.Name == name);
            if (places[number] < 0)
            {
                throw new ArgumentException(
                    $"'{name}' is none of the nodes ({string.Join(", ", _nodes.Take(12).Select(node => node.Name))}{(_nodes.Length > 12 ? ", ..." : "")}); name one of them");
            }

            if (Array.IndexOf(places, places[number], 0, number) >= 0)
            {
                throw new ArgumentException($"'{name}' is named twice; name each node once");
            }
        }

        return places;
    }
}
