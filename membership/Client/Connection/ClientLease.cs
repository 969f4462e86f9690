using Cluster.Consensus;

namespace Cluster.Client.Connection;

/// <summary>
/// The lease as the daemon last told it. Written by the connection's thread, read by everybody. Nothing has to arrive for it to
/// end: when the daemon is gone the deadline simply passes.
/// </summary>
internal sealed class ClientLease : ILease
{
    private long _deadline = MonotonicTime.DistantPast.Nanoseconds;
    private volatile bool _blocked = true;

    /// <inheritdoc/>
    public MonotonicTime Deadline => new(Volatile.Read(ref _deadline));

    /// <inheritdoc/>
    public bool IsHeld
    {
        get
        {
            // The deadline is read before the block: the writer blocks before it resets, so a deadline of the next incarnation is
            // never believed by somebody who still acts for the former one.
            MonotonicTime deadline = Deadline;
            return BootTime.Now < deadline && !_blocked;
        }
    }

    /// <summary>Renews; an older deadline is ignored.</summary>
    public void Extend(long deadlineNanoseconds)
    {
        if (deadlineNanoseconds > Volatile.Read(ref _deadline))
        {
            Volatile.Write(ref _deadline, deadlineNanoseconds);
        }
    }

    /// <summary>Forgets the deadline: another incarnation begins, with leases of its own.</summary>
    public void Reset() => Volatile.Write(ref _deadline, MonotonicTime.DistantPast.Nanoseconds);

    /// <summary>
    /// Whether the lease may be used at all: the node is a member, and nobody in this process can still be acting for a former
    /// incarnation.
    /// </summary>
    public void SetUsable(bool usable) => _blocked = !usable;
}
