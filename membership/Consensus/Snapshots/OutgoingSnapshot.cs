namespace Cluster.Consensus;

/// <summary>
/// What a leader knows of a snapshot on its way to one peer. It begins with an offer, a chunk without bytes, whose answer says how
/// much the receiver has already, perhaps from an earlier connection or another leader. Chunks then follow each other within a
/// window. When nothing moves for a while it offers again: one small message, whatever was lost. Pure bookkeeping: sends nothing.
/// </summary>
internal sealed class OutgoingSnapshot
{
    private readonly TimeSpan _firstPause;
    private readonly TimeSpan _longestPause;
    private TimeSpan _pause;
    private MonotonicTime _offerAt = MonotonicTime.DistantPast;
    private long _wentBackTo = -1;

    /// <summary>Begins a transfer; the first offer is due at once.</summary>
    /// <param name="snapshot">What is sent.</param>
    /// <param name="pause">How long nothing may move before it offers again; grows while nothing does.</param>
    public OutgoingSnapshot(Snapshot snapshot, TimeSpan pause)
    {
        Snapshot = snapshot;
        _firstPause = pause;
        _longestPause = 8 * pause;
        _pause = pause;
    }

    /// <summary>What is sent.</summary>
    public Snapshot Snapshot { get; }

    /// <summary>How far it is.</summary>
    public TransferPhase Phase { get; private set; }

    /// <summary>The receiver has everything before this offset.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>The offset of the next chunk.</summary>
    public long Next { get; private set; }

    /// <summary>Bytes on their way.</summary>
    public long InFlight => Next - Acknowledged;

    /// <summary>The number of the newest offer; chunks carry it, and answers that carry another one are late and count for nothing.</summary>
    public ulong Offer { get; private set; }

    /// <summary>True when it is time to ask how far the receiver is.</summary>
    public bool IsOfferDue(MonotonicTime now) => now >= _offerAt;

    /// <summary>Takes note of an offer sent: whatever is on its way is given up for lost, and nothing is sent until it is answered.</summary>
    public void Offered(ulong offer, MonotonicTime now)
    {
        Offer = offer;
        Phase = TransferPhase.Offering;
        _offerAt = now + _pause;
        _pause = 2 * _pause > _longestPause ? _longestPause : 2 * _pause;
    }

    /// <summary>The length of the next chunk, or 0 when none may be sent now.</summary>
    public int NextLength(int chunkBytes, long windowBytes)
    {
        long left = Math.Min(Snapshot.Meta.Bytes - Next, chunkBytes);
        bool fits = InFlight == 0 || InFlight + left <= windowBytes;
        return Phase == TransferPhase.Streaming && fits ? (int)left : 0;
    }

    /// <summary>Takes note of a chunk sent.</summary>
    public void Sent(int length, MonotonicTime now)
    {
        Invariant.Check(Phase == TransferPhase.Streaming && length > 0, "chunks are sent once the receiver has said from where");
        Next += length;
        Moved(now);
    }

    /// <summary>Takes note of an answer to the newest offer or to a chunk sent after it.</summary>
    /// <param name="received">The receiver has everything before this offset.</param>
    /// <param name="isBehind">The receiver dropped a chunk because something before it is missing or it was damaged.</param>
    /// <param name="now">The time.</param>
    public void Answered(long received, bool isBehind, MonotonicTime now)
    {
        if (received < 0 || received > Snapshot.Meta.Bytes)
        {
            return;
        }

        if (Phase == TransferPhase.Offering)
        {
            // Where the receiver is, whatever was thought before: it may have lost everything in a restart.
            bool hasMoved = received != Acknowledged;
            Phase = TransferPhase.Streaming;
            Acknowledged = received;
            Next = received;
            _wentBackTo = -1;
            if (hasMoved)
            {
                Moved(now);
            }
        }
        else if (received > Acknowledged)
        {
            Acknowledged = received;
            Next = Math.Max(Next, received);
            Moved(now);
        }

        if (isBehind && received == Acknowledged && _wentBackTo != received)
        {
            // Go back once; every chunk of the same flight is going to be refused with the same offset.
            _wentBackTo = received;
            Next = received;
        }

        if (Acknowledged == Snapshot.Meta.Bytes)
        {
            Phase = TransferPhase.Installing;
        }
    }

    private void Moved(MonotonicTime now)
    {
        _pause = _firstPause;
        _offerAt = now + _pause;
    }
}
