namespace Cluster.Membership;

/// <content>All sets of failures of a small cluster, and counts for a large one.</content>
public sealed partial class QuorumSimulator
{
    private (IReadOnlyList<IReadOnlyList<string>> Survived, IReadOnlyList<IReadOnlyList<string>> Fatal, QuorumCount Count) EveryFailure()
    {
        int sets = 1 << _voters.Length;
        bool[] isSurvived = new bool[sets];
        bool[] voting = VotersOnly();
        for (int set = 0; set < sets; set++)
        {
            bool[] running = All();
            foreach (int at in Members(set))
            {
                running[at] = false;
            }

            isSurvived[set] = Judge(voting, running) is QuorumVerdict.Majority or QuorumVerdict.ByFencing;
        }

        int[] bySize = [.. Enumerable.Range(1, sets - 1).OrderBy(Size).ThenBy(Key)];
        int[] survived = [.. bySize.Where(set => isSurvived[set])];

        // Fewer failures never do more harm, so a set is a least one if it is survived without any one of its members.
        int[] fatal = [.. bySize.Where(set => !isSurvived[set] && Bits(set).All(bit => isSurvived[set & ~bit]))];
        int least = bySize.Where(set => !isSurvived[set]).Select(Size).DefaultIfEmpty(0).Min();
        var count = new QuorumCount(Math.Max(0, least - 1), survived.Select(Size).DefaultIfEmpty(0).Max());
        return ([.. survived.Select(Names)], [.. fatal.Select(Names)], count);
    }

    /// <summary>Each split once: the first voter is always on the first side. Learners are taken to be on the side that goes on.</summary>
    private QuorumPartition[] EveryPartition()
    {
        int all = (1 << _voters.Length) - 1;
        return
        [
            .. Enumerable.Range(1, all)
                .Where(set => (set & 1) != 0 && set != all)
                .OrderByDescending(Size).ThenBy(Key)
                .Select(set =>
                {
                    int[] first = [.. Members(set)];
                    int[] side = [.. Enumerable.Range(0, _nodes.Length).Select(at => first.Contains(at) ? 0 : _nodes[at].IsLearner ? -1 : 1)];
                    int? winner = Winner(side, 2).Winner;
                    int[] whole = [.. side.Select((each, at) => _nodes[at].IsLearner ? winner ?? -1 : each)];
                    QuorumVerdict verdict = Winner(whole, 2).Verdict;
                    return new QuorumPartition([Names(set), Names(all & ~set)], winner, verdict, Unproven(at => whole[at] == winner));
                }),
        ];
    }

    /// <summary>
    /// Without listing sets: the heaviest voters do the most harm and the lightest the least, but for the one that must be left to serve. It does
    /// not know of two-node mode: there every set is listed.
    /// </summary>
    internal QuorumCount CountSimultaneous()
    {
        int[] votes = [.. _voters.Select(at => _nodes[at].Votes).OrderDescending()];
        int all = votes.Sum();
        bool learnersServe = _nodes.Any(node => node.IsLearner);
        int serving = _voters.Count(at => !_nodes[at].IsArbiter);
        int guaranteed = 0;
        for (int failed = 1; failed < votes.Length; failed++)
        {
            bool survived = 2 * (all - votes.Take(failed).Sum()) > all && (learnersServe || failed < serving);
            if (!survived)
            {
                break;
            }

            guaranteed = failed;
        }

        int possible = 0;
        foreach (int kept in _voters.Where(at => learnersServe || !_nodes[at].IsArbiter))
        {
            int left = all;
            int failed = 0;
            foreach (int at in _voters.Where(at => at != kept).OrderBy(at => _nodes[at].Votes))
            {
                left -= _nodes[at].Votes;
                if (2 * left <= all)
                {
                    break;
                }

                possible = Math.Max(possible, ++failed);
            }
        }

        return new QuorumCount(guaranteed, possible);
    }

    private IEnumerable<int> Members(int set) => _voters.Where((_, bit) => (set & (1 << bit)) != 0);

    private string[] Names(int set) => [.. Members(set).Select(at => _nodes[at].Name)];

    private static IEnumerable<int> Bits(int set) => Enumerable.Range(0, MostEnumerated).Select(bit => 1 << bit).Where(bit => (set & bit) != 0);

    private static int Size(int set) => System.Numerics.BitOperations.PopCount((uint)set);

    /// <summary>Orders sets of one size as people do: those with the first voters first.</summary>
    private static int Key(int set) => Enumerable.Range(0, MostEnumerated).Aggregate(0, (key, bit) => (key << 1) | ((set & (1 << bit)) != 0 ? 0 : 1));
}
