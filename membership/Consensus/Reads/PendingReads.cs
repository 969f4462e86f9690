namespace Cluster.Consensus;

/// <summary>
/// Reads a leader has taken and not answered yet (ReadIndex, thesis §6.4). A read is bound to a round of heartbeats that began after
/// the read came in; all reads that wait when a round begins share it. Pure bookkeeping.
/// </summary>
internal sealed class PendingReads
{
    private readonly Queue<PendingRead> _bound = new();
    private readonly List<Waiting> _waiting = [];

    /// <summary>True when reads wait for a round to begin.</summary>
    public bool AreWaiting => _waiting.Count > 0;

    /// <summary>True when a round is under way.</summary>
    public bool IsRoundOpen => _bound.Count > 0;

    /// <summary>Takes a read.</summary>
    /// <param name="context">The asker's mark.</param>
    /// <param name="asker">The node that asked.</param>
    /// <param name="limit">The most reads without an answer.</param>
    /// <returns>False at the limit.</returns>
    public bool TryAdd(ulong context, NodeId asker, int limit)
    {
        if (_bound.Count + _waiting.Count >= limit)
        {
            return false;
        }

        _waiting.Add(new Waiting(context, asker));
        return true;
    }

    /// <summary>Binds all waiting reads to the round whose heartbeats carry <paramref name="stamp"/>.</summary>
    /// <param name="stamp">The round's stamp; later than that of every heartbeat sent before the reads came in.</param>
    /// <param name="index">What is committed now; every write that was acknowledged before the reads came in is up to here.</param>
    public void BeginRound(MonotonicTime stamp, LogIndex index)
    {
        foreach (Waiting read in _waiting)
        {
            _bound.Enqueue(new PendingRead(read.Context, read.Asker, index, stamp));
        }

        _waiting.Clear();
    }

    /// <summary>Takes out the oldest read that is answered when leadership is confirmed as of <paramref name="confirmedAt"/>.</summary>
    public bool TryTake(MonotonicTime confirmedAt, out PendingRead read)
    {
        if (_bound.TryPeek(out read) && read.Stamp <= confirmedAt)
        {
            _bound.Dequeue();
            return true;
        }

        return false;
    }

    /// <summary>Takes out any read, for a leader that stops leading.</summary>
    public bool TryTakeAny(out PendingRead read)
    {
        if (_bound.TryDequeue(out read))
        {
            return true;
        }

        if (_waiting.Count == 0)
        {
            return false;
        }

        Waiting last = _waiting[^1];
        _waiting.RemoveAt(_waiting.Count - 1);
        read = new PendingRead(last.Context, last.Asker, LogIndex.Zero, MonotonicTime.DistantPast);
        return true;
    }

    private readonly record struct Waiting(ulong Context, NodeId Asker);
}
