namespace Cluster.Consensus;

/// <summary>
/// Reads a follower has passed on to its leader. Those that come in while a question is on its way wait and share the next one.
/// Each question has a number that was never used before, so that a late answer to an earlier one, or to an earlier life of this
/// process, counts for nothing. Pure bookkeeping.
/// </summary>
/// <param name="firstNumber">Where the numbers begin: random, different in each life of the process.</param>
internal sealed class ForwardedReads(ulong firstNumber)
{
    private List<ulong> _asked = [];
    private List<ulong> _waiting = [];

    /// <summary>The number of the question under way.</summary>
    public ulong Number { get; private set; } = firstNumber;

    /// <summary>True when a question is under way.</summary>
    public bool IsAsking => _asked.Count > 0;

    /// <summary>True when reads wait for a question.</summary>
    public bool AreWaiting => _waiting.Count > 0;

    /// <summary>When the question under way was asked first.</summary>
    public MonotonicTime AskedAt { get; private set; }

    /// <summary>When it is to be repeated: question or answer may be lost.</summary>
    public MonotonicTime AskAgainAt { get; private set; }

    /// <summary>Takes a read.</summary>
    /// <returns>False when there are as many as the limit allows.</returns>
    public bool TryAdd(ulong context, int limit)
    {
        if (_asked.Count + _waiting.Count >= limit)
        {
            return false;
        }

        _waiting.Add(context);
        return true;
    }

    /// <summary>Makes a question of the waiting reads.</summary>
    public void Ask(MonotonicTime now)
    {
        Invariant.Check(!IsAsking && AreWaiting, "one question at a time");
        Number++;
        (_asked, _waiting) = (_waiting, _asked);
        AskedAt = now;
    }

    /// <summary>Takes note of the question sent, for the first time or again.</summary>
    public void Sent(MonotonicTime again) => AskAgainAt = again;

    /// <summary>Ends the question under way and moves the reads it was asked for to <paramref name="results"/>.</summary>
    /// <param name="index">What they wait for, or null when they are refused.</param>
    /// <param name="results">Where they go.</param>
    public void Answer(LogIndex? index, List<ReadResult> results)
    {
        foreach (ulong context in _asked)
        {
            results.Add(new ReadResult(context, index ?? LogIndex.Zero, IsRefused: index is null));
        }

        _asked.Clear();
    }

    /// <summary>Refuses everything.</summary>
    public void RefuseAll(List<ReadResult> results)
    {
        Answer(null, results);
        (_asked, _waiting) = (_waiting, _asked);
        Answer(null, results);
    }
}
