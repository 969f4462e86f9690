using Cluster.Client;
using Cluster.Consensus;

namespace Cluster.Locks.Tests.Support;

/// <summary>A node's lease by a clock that only the test moves.</summary>
public sealed class FakeLease : ILease
{
    private readonly FakeClock _clock;
    private long _deadlineNs;
    private volatile bool _ended;

    public FakeLease(FakeClock clock)
    {
        _clock = clock;
        Renew(TimeSpan.FromHours(1));
    }

    public MonotonicTime Deadline => new(Interlocked.Read(ref _deadlineNs));

    public bool IsHeld => !_ended && _clock.Now < Deadline;

    /// <summary>Moves the deadline to <paramref name="span"/> from now; never back.</summary>
    public void Renew(TimeSpan span)
    {
        MonotonicTime deadline = MonotonicTime.Max(Deadline, _clock.Now + span);
        Interlocked.Exchange(ref _deadlineNs, deadline.Nanoseconds);
    }

    /// <summary>Lets the node's clock run past the deadline.</summary>
    public void RunOut() => _clock.MoveTo(Deadline + TimeSpan.FromMilliseconds(1));

    /// <summary>The node's incarnation is over.</summary>
    public void End() => _ended = true;
}
