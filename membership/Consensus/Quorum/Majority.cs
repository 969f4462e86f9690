namespace Cluster.Consensus.Quorum;

/// <summary>The arithmetic of majorities: two of them always share a voter (Raft §5.2).</summary>
internal static class Majority
{
    /// <summary>The least number of voters that is a majority of <paramref name="voters"/>.</summary>
    public static int Size(int voters) => (voters / 2) + 1;

    /// <summary>
    /// The greatest value that a majority has reached: at least <see cref="Size"/> of <paramref name="values"/> are equal
    /// to it or greater.
    /// </summary>
    /// <param name="values">One value a voter; sorted in place.</param>
    public static T Reached<T>(Span<T> values)
        where T : IComparable<T>
    {
        Invariant.Check(!values.IsEmpty, "a majority of no voters has reached nothing");

        // Clusters have a handful of voters: insertion sort beats everything, allocates nothing and is easy to trust.
        for (int i = 1; i < values.Length; i++)
        {
            T value = values[i];
            int j = i - 1;
            while (j >= 0 && values[j].CompareTo(value) > 0)
            {
                values[j + 1] = values[j];
                j--;
            }

            values[j + 1] = value;
        }

        return values[^Size(values.Length)];
    }

    /// <summary>How a vote stands, with one ballot a voter.</summary>
    public static VoteResult Tally(ReadOnlySpan<Ballot> ballots)
    {
        int granted = 0;
        int refused = 0;
        foreach (Ballot ballot in ballots)
        {
            granted += ballot == Ballot.Granted ? 1 : 0;
            refused += ballot == Ballot.Refused ? 1 : 0;
        }

        int needed = Size(ballots.Length);
        return granted >= needed ? VoteResult.Won
            : ballots.Length - refused < needed ? VoteResult.Lost
            : VoteResult.Pending;
    }
}
