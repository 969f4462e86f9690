using Cluster.Client;
using Cluster.Consensus;

namespace Cluster.Runtime.Loop;

/// <summary>
/// What waits for the loop: messages of peers, reports of the log thread, and calls. Messages beyond a bound are dropped, as the
/// network might have done; the others never are.
/// <para>
/// It also says whose turn it is to run the core. While the loop sleeps, a thread that brings a message, a report or a proposal runs the core
/// itself, for this one batch, as a visitor: that spares a commit three of its changes of threads. What comes meanwhile is left to the
/// loop. Other calls than proposals wake the loop: they may do anything, and are in no hurry.
/// </para>
/// </summary>
internal sealed class Inbox
{
    /// <summary>The most messages that wait.</summary>
    public const int MaxMessages = 16 * 1024;

    /// <summary>Any thread is woken a little late.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly ThreadSignal _signal = new();
    private InboxBatch _arrived = new();
    private InboxBatch _taken = new();
    private Exception? _closed;
    private Func<InboxBatch, bool>? _visit;
    private Turn _turn = Turn.Loop;
    private bool _loopWaits;
    private bool _poked;
    private MonotonicTime _loopDue = MonotonicTime.DistantFuture;

    private enum Turn
    {
        /// <summary>The loop's, or it has been woken.</summary>
        Loop,

        /// <summary>Nobody's: the loop sleeps.</summary>
        Nobody,

        /// <summary>A visitor's.</summary>
        Visitor,
    }

    private enum Errand
    {
        None,
        WakeLoop,
        Visit,
    }

    /// <summary>Lets threads that bring something visit.</summary>
    /// <param name="visit">
    /// Runs the core over a batch; throws nothing. The thread that is in it is the only one. True when the loop has to be woken.
    /// </param>
    public void AllowVisits(Func<InboxBatch, bool> visit)
    {
        lock (_gate)
        {
            _visit = visit;
        }
    }

    /// <summary>Puts in a message of a peer's engine.</summary>
    /// <returns>False when it was dropped.</returns>
    public bool TryPost(in RaftMessage message)
    {
        Errand errand;
        lock (_gate)
        {
            if (!HasRoom)
            {
                return false;
            }

            _arrived.RaftMessages.Add(message);
            errand = Arrived(mayVisit: true);
        }

        Do(errand);
        return true;
    }

    /// <summary>Puts in another message of a peer.</summary>
    /// <returns>False when it was dropped.</returns>
    public bool TryPost(PeerMessage message)
    {
        Errand errand;
        lock (_gate)
        {
            if (!HasRoom)
            {
                return false;
            }

            _arrived.Messages.Add(message);
            errand = Arrived(mayVisit: true);
        }

        Do(errand);
        return true;
    }

    /// <summary>Puts in a report of the log thread: all writes up to this ticket are on disk.</summary>
    public void PostPersisted(ulong ticket)
    {
        Errand errand;
        lock (_gate)
        {
            _arrived.Persisted = Math.Max(_arrived.Persisted, ticket);
            errand = Arrived(mayVisit: true);
        }

        Do(errand);
    }

    /// <summary>Puts in a call; abandons it when the loop has ended.</summary>
    public void Post(LoopCall call)
    {
        Errand errand = Errand.None;
        Exception? closed;
        lock (_gate)
        {
            closed = _closed;
            if (closed is null)
            {
                _arrived.Calls.Add(call);

                // Where the last batch held several calls, so will the next one, and they are better handled together.
                errand = Arrived(call.MayVisit && _taken.Calls.Count <= 1);
            }
        }

        if (closed is not null)
        {
            call.Abandon(closed);
        }

        Do(errand);
    }

    /// <summary>Wakes the loop without giving it anything.</summary>
    public void Poke()
    {
        Errand errand;
        lock (_gate)
        {
            _poked = true;
            errand = Arrived(mayVisit: false);
        }

        Do(errand);
    }

    /// <summary>
    /// Has the core run on this thread if the loop should be up by now and is not: the machine has no time for it, but had for the caller, whose thread may
    /// come before others.
    /// </summary>
    public void Nudge(MonotonicTime now)
    {
        lock (_gate)
        {
            if (_turn != Turn.Nobody || _visit is null || now < _loopDue + s_late)
            {
                return;
            }

            _turn = Turn.Visitor;
        }

        Visit();
    }

    /// <summary>Takes all that waits, after waiting for it at most for the given time. On the loop's thread, whose turn it is then.</summary>
    /// <returns>Valid until the next call. Empty when nothing came.</returns>
    public InboxBatch Take(TimeSpan patience)
    {
        lock (_gate)
        {
            if (!_arrived.IsEmpty || _poked || patience <= TimeSpan.Zero)
            {
                return Swap();
            }

            _turn = Turn.Nobody;
            _loopDue = BootTime.Now + patience;
        }

        _signal.Wait(patience);
        while (true)
        {
            lock (_gate)
            {
                if (_turn != Turn.Visitor)
                {
                    _turn = Turn.Loop;
                    return Swap();
                }

                _loopWaits = true;
            }

            _signal.Wait(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Takes nothing more; what waits is abandoned.</summary>
    public void Close(Exception reason)
    {
        List<LoopCall> left;
        lock (_gate)
        {
            _closed ??= reason;
            left = [.. _arrived.Calls];
            _arrived.Clear();
        }

        foreach (LoopCall call in left)
        {
            call.Abandon(reason);
        }
    }

    private bool HasRoom => _closed is null && _arrived.RaftMessages.Count + _arrived.Messages.Count < MaxMessages;

    private InboxBatch Swap()
    {
        _taken.Clear();
        _poked = false;
        (_arrived, _taken) = (_taken, _arrived);
        return _taken;
    }

    /// <summary>What the thread that put something in has to do; under the lock.</summary>
    private Errand Arrived(bool mayVisit)
    {
        if (_turn != Turn.Nobody)
        {
            // Whoever has the turn looks again before it sleeps or goes.
            return Errand.None;
        }

        bool visits = mayVisit && _visit is not null;
        _turn = visits ? Turn.Visitor : Turn.Loop;
        return visits ? Errand.Visit : Errand.WakeLoop;
    }

    // Outside the lock, so that the woken thread does not run into it.
    private void Do(Errand errand)
    {
        if (errand == Errand.WakeLoop)
        {
            _signal.Set();
        }
        else if (errand == Errand.Visit)
        {
            Visit();
        }
    }

    private void Visit()
    {
        InboxBatch batch;
        lock (_gate)
        {
            batch = Swap();
        }

        bool wake = _visit!(batch);
        lock (_gate)
        {
            wake |= _loopWaits || _poked || !_arrived.IsEmpty;
            _loopWaits = false;
            _turn = wake ? Turn.Loop : Turn.Nobody;
        }

        if (wake)
        {
            _signal.Set();
        }
    }
}
