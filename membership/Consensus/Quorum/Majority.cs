namespace Cluster.Consensus.Quorum;

/// <summary>
/// The arithmetic of majorities: two of them always share a voter (Raft §5.2). With weights a majority has more than half of all votes: two
/// sets of voters without a common one have at most all votes together, so they can't both have more than half.
/// </summary>
internal static class Majority
{
    /// <summary>The least number of votes that is a majority of <paramref name="votes"/>.</summary>
    public static int Size(int votes) => (votes / 2) + 1;

    /// <summary>
    /// The greatest value that a majority has reached: voters with at least <see cref="Size"/> of the votes have reached it or more.
    /// </summary>
    /// <param name="values">One value a voter; sorted in place.</param>
    public static T Reached<T>(Span<Weighted<T>> values)
        where T : IComparable<T>
    {
        Invariant.Check(!values.IsEmpty, "a majority of no voters has reached nothing");

        // Clusters have a handful of voters: insertion sort beats everything, allocates nothing and is easy to trust.
        int total = values[0].Votes;
        for (int i = 1; i < values.Length; i++)
        {
            Weighted<T> value = values[i];
            total += value.Votes;
            int j = i - 1;
            while (j >= 0 && values[j].Value.CompareTo(value.Value) > 0)
            {
                values[j + 1] = values[j];
                j--;
            }

            values[j + 1] = value;
        }

        int at = values.Length - 1;
        for (int votes = values[at].Votes; votes < Size(total); votes += values[at].Votes)
        {
            at--;
        }

        return values[at].Value;
    }

    /// <summary>How a vote stands, with one ballot a voter.</summary>
    public static VoteResult Tally(ReadOnlySpan<Weighted<Ballot>> ballots)
    {
        int granted = 0;
        int refused = 0;
        int total = 0;
        foreach (Weighted<Ballot> ballot in ballots)
        {
            granted += ballot.Value == Ballot.Granted ? ballot.Votes : 0;
            refused += ballot.Value == Ballot.Refused ? ballot.Votes : 0;
            total += ballot.Votes;
        }

        int needed = Size(total);
        return granted >= needed ? VoteResult.Won
            : total - refused < needed ? VoteResult.Lost
            : VoteResult.Pending;
    }
}
