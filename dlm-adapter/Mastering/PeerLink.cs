using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <summary>
/// One direction each to and from one other member: numbers what goes out and keeps it until it is acknowledged; takes what comes
/// in once and in order. It lives as long as both stays: broken connections and new generations do not touch it.
/// </summary>
internal sealed class PeerLink(MemberId peer)
{
    /// <summary>An acknowledgement is not held back longer than this many messages.</summary>
    public const int AcknowledgeEvery = 64;

    /// <summary>How many messages a timeout sends again: enough to find out whether they get through.</summary>
    public const int ResendOnTimeout = 256;

    public readonly MemberId Peer = peer;

    /// <summary>Sent and not acknowledged.</summary>
    public readonly Queue<Unacknowledged> Outbox = new();

    /// <summary>Taken, but of a generation that has not started here; everything behind waits too, to keep the order.</summary>
    public readonly Queue<LockMessage> Early = new();

    public ulong LastSent;
    public ulong LastTaken;
    public int TakenSinceAcknowledged;
    public MonotonicTime? AcknowledgeAt;
    public MonotonicTime ResendAt;

    // What the peer has told in the current generation.
    public RecoveryPhase Done;
    public Generation LastCompleted;
    public Generation MasteringSince;

    /// <summary>Drops what the peer has taken; true when that was something.</summary>
    public bool Acknowledge(ulong sequence)
    {
        bool progress = false;
        while (Outbox.TryPeek(out Unacknowledged oldest) && oldest.Sequence <= sequence)
        {
            Outbox.Dequeue();
            progress = true;
        }

        return progress;
    }

    public readonly record struct Unacknowledged(ulong Sequence, Generation Generation, LockMessageBody Body);
}
