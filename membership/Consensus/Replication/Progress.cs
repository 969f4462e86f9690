namespace Cluster.Consensus;

/// <summary>What a leader knows of one follower in its term. Pure bookkeeping: sends nothing itself.</summary>
internal sealed class Progress(RaftOptions options)
{
    private readonly Inflights _inflights = new(options.MaxInflightAppends, options.MaxInflightBytes);
    private bool _probeSent;
    private long _probeBytes;

    /// <summary>How it is sent to.</summary>
    public ProgressState State { get; private set; }

    /// <summary>The logs are equal up to here, on the follower's disk. Never falls in a term.</summary>
    public LogIndex Match { get; private set; }

    /// <summary>The next entry to send.</summary>
    public LogIndex Next { get; private set; }

    /// <summary>The last entry of the messages that are on their way or were acknowledged.</summary>
    public LogIndex SentThrough { get; private set; }

    /// <summary>The newest stamp that came back.</summary>
    public MonotonicTime EchoedAt { get; private set; } = MonotonicTime.DistantPast;

    /// <summary>Until when, by this node's clock, the follower has promised to help nobody else to lead.</summary>
    public MonotonicTime PromisedUntil { get; private set; } = MonotonicTime.DistantPast;

    /// <summary>When something was sent to it last, or it last showed that something had arrived.</summary>
    public MonotonicTime ActiveAt { get; private set; }

    /// <summary>The greatest index it was heard to hold in memory.</summary>
    public LogIndex Received { get; private set; }

    /// <summary>True when the limits let a message out.</summary>
    public bool CanSend => State switch
    {
        ProgressState.Probe => !_probeSent,
        ProgressState.Replicate => !_inflights.IsFull,
        _ => false,
    };

    /// <summary>The snapshot that is on its way; null in the other states.</summary>
    public OutgoingSnapshot? Outgoing { get; private set; }

    /// <summary>The first entry that must stay in the log for this follower; null when that is not known.</summary>
    public LogIndex? Needed => Outgoing is { } outgoing ? outgoing.Snapshot.Meta.Index.Next
        : Match == LogIndex.Zero ? null
        : Match.Next;

    /// <summary>The bytes the next message may hold.</summary>
    public long Room => Math.Min(options.MaxBytesPerAppend, _inflights.Room);

    /// <summary>Starts over for a new term of leadership.</summary>
    /// <param name="next">The leader's first own entry.</param>
    public void Reset(LogIndex next)
    {
        Match = LogIndex.Zero;
        Received = LogIndex.Zero;
        EchoedAt = MonotonicTime.DistantPast;
        PromisedUntil = MonotonicTime.DistantPast;
        ActiveAt = MonotonicTime.DistantPast;
        BecomeProbe(next);
    }

    /// <summary>Takes note of a stamp that came back.</summary>
    /// <returns>False when a newer one had come back before.</returns>
    public bool Echoed(MonotonicTime stamp)
    {
        bool isNews = stamp >= EchoedAt;
        EchoedAt = MonotonicTime.Max(EchoedAt, stamp);
        return isNews;
    }

    /// <summary>Takes note of a promise. Promises hold as they were made: a later one does not shorten an earlier one.</summary>
    public void Promised(MonotonicTime until) => PromisedUntil = MonotonicTime.Max(PromisedUntil, until);

    /// <summary>Counts on none of the promises made so far.</summary>
    public void ForgetPromises() => PromisedUntil = MonotonicTime.DistantPast;

    /// <summary>Takes note of a message sent.</summary>
    public void Sent(LogIndex last, long bytes, MonotonicTime now)
    {
        Invariant.Check(CanSend, "appends keep to the limits");
        if (State == ProgressState.Probe)
        {
            _probeSent = true;
            _probeBytes = bytes;
        }
        else
        {
            _inflights.Add(last, bytes);
            Next = last.Next;
        }

        SentThrough = last;
        ActiveAt = now;
    }

    /// <summary>Takes note of an acknowledgement.</summary>
    /// <returns>True when it is news.</returns>
    public bool Acknowledged(LogIndex match, MonotonicTime now)
    {
        if (match <= Match)
        {
            return false;
        }

        Match = match;
        ActiveAt = now;
        if (State == ProgressState.Probe && match.Next >= Next)
        {
            BecomeReplicate();
        }

        _inflights.FreeThrough(match);
        SentThrough = match > SentThrough ? match : SentThrough;
        if (State == ProgressState.Replicate)
        {
            Next = SentThrough.Next;
        }

        return true;
    }

    /// <summary>Takes note of a refusal, unless it is a late one.</summary>
    /// <param name="rejected">The index before the refused message's first entry.</param>
    /// <param name="agreed">The greatest index at which the logs may agree.</param>
    /// <returns>True when sending has to begin anew.</returns>
    public bool Rejected(LogIndex rejected, LogIndex agreed)
    {
        // A probe is answered by its own index; in a pipeline any message may be the first that was refused.
        bool isLate = State == ProgressState.Probe ? rejected.Next != Next : rejected >= Next;
        if (isLate || rejected <= Match || State == ProgressState.Snapshot)
        {
            return false;
        }

        LogIndex next = agreed.Next < rejected ? agreed.Next : rejected;
        BecomeProbe(next > Match ? next : Match.Next);
        return true;
    }

    /// <summary>
    /// Takes note of what the follower holds in memory, and finds out whether messages got lost: something sent did not
    /// arrive, and nothing else has been arriving for <paramref name="patience"/>.
    /// </summary>
    /// <returns>True when sending has to begin anew.</returns>
    public bool HeardOf(LogIndex received, TimeSpan patience, MonotonicTime now)
    {
        if (received > Received)
        {
            Received = received;
            ActiveAt = now;
        }

        if (received >= SentThrough || now < ActiveAt + patience || State == ProgressState.Snapshot)
        {
            return false;
        }

        BecomeProbe((received > Match ? received : Match).Next);
        return true;
    }

    /// <summary>Sends a snapshot from now on, until an acknowledgement shows that entries will do.</summary>
    public void BecomeSnapshot(OutgoingSnapshot outgoing)
    {
        State = ProgressState.Snapshot;
        Outgoing = outgoing;
        SentThrough = Match;
        _probeSent = false;
        _inflights.Clear();
    }

    /// <summary>The follower has what the snapshot would have brought: entries follow on <see cref="Match"/>.</summary>
    public void EndSnapshot()
    {
        Invariant.Check(State == ProgressState.Snapshot, "only a snapshot on its way ends");
        BecomeProbe(Match.Next);
        BecomeReplicate();
    }

    // The logs agree where the probe begins. It may still be on its way, and is not sent twice.
    private void BecomeReplicate()
    {
        State = ProgressState.Replicate;
        if (_probeSent)
        {
            _inflights.Add(SentThrough, _probeBytes);
        }
    }

    private void BecomeProbe(LogIndex next)
    {
        State = ProgressState.Probe;
        Outgoing = null;
        Next = next;
        SentThrough = next - 1;
        _probeSent = false;
        _inflights.Clear();
    }
}
