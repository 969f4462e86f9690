namespace Cluster.Consensus.Quorum;

/// <summary>
/// The arithmetic of joint configurations: what counts needs a majority of each half (Raft §6). The outgoing half is empty
/// when the configuration is not joint.
/// </summary>
internal static class JointQuorum
{
    /// <summary>The greatest value that a majority of each half has reached.</summary>
    /// <param name="incoming">One value a voter of the incoming half; sorted in place.</param>
    /// <param name="outgoing">One value a voter of the outgoing half; sorted in place.</param>
    public static T Reached<T>(Span<Weighted<T>> incoming, Span<Weighted<T>> outgoing)
        where T : IComparable<T>
    {
        T first = Majority.Reached(incoming);
        if (outgoing.IsEmpty)
        {
            return first;
        }

        T second = Majority.Reached(outgoing);
        return first.CompareTo(second) < 0 ? first : second;
    }

    /// <summary>How a vote stands that both halves must win.</summary>
    public static VoteResult Tally(ReadOnlySpan<Weighted<Ballot>> incoming, ReadOnlySpan<Weighted<Ballot>> outgoing)
    {
        VoteResult first = Majority.Tally(incoming);
        VoteResult second = outgoing.IsEmpty ? VoteResult.Won : Majority.Tally(outgoing);
        return first == VoteResult.Lost || second == VoteResult.Lost ? VoteResult.Lost
            : first == VoteResult.Won && second == VoteResult.Won ? VoteResult.Won
            : VoteResult.Pending;
    }
}
