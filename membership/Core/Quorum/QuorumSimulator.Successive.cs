using System.Text;

namespace Cluster.Membership;

/// <content>How many voters may fail one after another.</content>
public sealed partial class QuorumSimulator
{
    /// <summary>A bound on the work.</summary>
    private const int MostStates = 3_000;

    /// <summary>
    /// Every order of failures is tried, but nodes of one kind (votes, arbiter, fencing) are interchangeable, so what has happened is told by a few numbers for each
    /// kind, and what is survived from there on is found out once. Which learner takes a seat goes by the order of the list: with learners of different
    /// kinds the numbers would not tell it.
    /// </summary>
    private QuorumCount? CountSuccessive()
    {
        QuorumNode[] kinds = [.. _nodes.Select(KindOf).Distinct()];
        if (_nodes.Where(node => node.IsLearner).Select(KindOf).Distinct().Count() > 1)
        {
            return null;
        }

        int[] kind = [.. _nodes.Select(node => Array.IndexOf(kinds, KindOf(node)))];
        var known = new Dictionary<string, QuorumCount>(StringComparer.Ordinal);
        return Successive(VotersOnly(), All(), kind, kinds.Length, known);
    }

    /// <summary>Learner or voter is where a node stands, not what it is: one becomes the other.</summary>
    private static QuorumNode KindOf(QuorumNode node) => node with { Name = "", IsLearner = false };

    private QuorumCount? Successive(bool[] voting, bool[] running, int[] kind, int kinds, Dictionary<string, QuorumCount> known)
    {
        string key = Key(voting, running, kind, kinds);
        if (known.TryGetValue(key, out QuorumCount? count))
        {
            return count;
        }

        if (known.Count >= MostStates)
        {
            return null;
        }

        int least = int.MaxValue;
        int most = 0;
        bool[] tried = new bool[kinds];
        for (int at = 0; at < _nodes.Length; at++)
        {
            if (!voting[at] || !running[at] || tried[kind[at]])
            {
                continue;
            }

            tried[kind[at]] = true;
            bool[] left = [.. running];
            left[at] = false;
            QuorumCount further = new(-1, -1);
            if (Judge(voting, left) is QuorumVerdict.Majority or QuorumVerdict.ByFencing)
            {
                bool[] votes = [.. voting];
                Settle(votes, left);
                if (Successive(votes, left, kind, kinds, known) is not { } counted)
                {
                    return null;
                }

                further = counted;
            }

            least = Math.Min(least, 1 + further.Guaranteed);
            most = Math.Max(most, 1 + further.Possible);
        }

        count = new QuorumCount(least == int.MaxValue ? 0 : least, most);
        known.Add(key, count);
        return count;
    }

    private static string Key(bool[] voting, bool[] running, int[] kind, int kinds)
    {
        int[] numbers = new int[3 * kinds];
        for (int at = 0; at < kind.Length; at++)
        {
            int what = voting[at] ? running[at] ? 0 : 1 : running[at] ? 2 : -1;
            if (what >= 0)
            {
                numbers[(3 * kind[at]) + what]++;
            }
        }

        return new StringBuilder().AppendJoin(',', numbers).ToString();
    }
}
