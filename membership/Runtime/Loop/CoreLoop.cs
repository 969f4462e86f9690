using Cluster.Client;
using Cluster.Consensus;

namespace Cluster.Runtime.Loop;

/// <summary>
/// Runs a pure core: gives it all inputs that wait, ticks it, and has it carry out what came of them, on one thread at a time: that
/// of the loop, or a visitor's of the <see cref="Inbox"/>. Under load the inputs of many share one write, one sync and one message to
/// each peer; nothing here waits for anything but the next input.
/// </summary>
/// <param name="core">The core; used by nobody else after <see cref="Start"/>.</param>
/// <param name="inbox">Where inputs come from.</param>
/// <param name="tickInterval">Between ticks.</param>
/// <param name="stallThreshold">A longer time between two ticks is reported.</param>
/// <param name="stalls">Where it is noted how late it ticks, and how long the garbage collector stopped everything.</param>
/// <param name="stalled">Takes the length of a gap in which the loop was not run.</param>
/// <param name="failed">Takes the failure of the core; it is not called again after it.</param>
internal sealed class CoreLoop(
    ILoopCore core,
    Inbox inbox,
    TimeSpan tickInterval,
    TimeSpan stallThreshold,
    StallBoard stalls,
    Action<TimeSpan> stalled,
    Action<Exception> failed)
{
    private TimeSpan _tickInterval = tickInterval;
    private TimeSpan _stallThreshold = stallThreshold;

    // Between two looks at the clock: a batch can be long.
    private const int InputsPerTick = 64;

    private Thread? _thread;
    private volatile bool _stop;
    private Exception? _reason;
    private MonotonicTime _lastTick;
    private MonotonicTime _nextTick;
    private MonotonicTime _wakesAt;
    private MonotonicTime _now;
    private int _inputs;
    private long _worstGapTicks;

    /// <summary>The longest time between two ticks since the start.</summary>
    public TimeSpan WorstGap => new(Volatile.Read(ref _worstGapTicks));

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "cluster loop" };
        _thread.Start();
    }

    /// <summary>Has the thread end after the input under way, and what waits abandoned with the reason.</summary>
    public void Halt(Exception reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        _stop = true;
        inbox.Poke();
    }

    /// <summary>The same, and waits for it.</summary>
    public void Stop(Exception reason)
    {
        Halt(reason);
        if (_thread is null)
        {
            inbox.Close(reason);
        }
        else
        {
            _thread.Join();
        }
    }

    /// <summary>Goes by other durations from now on. Called by the core, while it is run.</summary>
    public void Retime(TimeSpan tickInterval, TimeSpan stallThreshold)
    {
        _tickInterval = tickInterval;
        _stallThreshold = stallThreshold;
        _nextTick = Earlier(_nextTick, _now + tickInterval);
    }

    private void Run()
    {
        try
        {
            _lastTick = BootTime.Now;
            _nextTick = _lastTick;
            inbox.AllowVisits(Visit);
            while (!_stop)
            {
                _wakesAt = Earlier(_nextTick, core.TickDue);
                RunBatch(inbox.Take(_wakesAt - BootTime.Now));
            }
        }
        finally
        {
            // The turn stays the loop's: nobody visits any more.
            Exception reason = Reason;
            inbox.Close(reason);
            core.Abandon(reason);
        }
    }

    private static MonotonicTime Earlier(MonotonicTime one, MonotonicTime other) => one < other ? one : other;

    /// <summary>Runs a batch on the thread that brought it, while the loop sleeps.</summary>
    /// <returns>True when the loop sleeps too long now.</returns>
    private bool Visit(InboxBatch batch)
    {
        RunBatch(batch);
        return core.TickDue < _wakesAt;
    }

    private Exception Reason => _reason ?? new RuntimeStoppedException();

    private void RunBatch(InboxBatch batch)
    {
        int callsHandled = 0;
        try
        {
            if (!_stop)
            {
                LookAtClock();
                Handle(batch, ref callsHandled);
            }

            if (!_stop)
            {
                core.EndBatch(_now);
            }
        }
        catch (Exception e)
        {
            _stop = true;
            failed(e);
        }

        for (; callsHandled < batch.Calls.Count; callsHandled++)
        {
            batch.Calls[callsHandled].Abandon(Reason);
        }
    }

    private void Handle(InboxBatch batch, ref int callsHandled)
    {
        if (batch.Persisted > 0)
        {
            core.Persisted(batch.Persisted, _now);
        }

        for (int i = 0; i < batch.RaftMessages.Count && IsToGoOn(); i++)
        {
            core.Receive(batch.RaftMessages[i], _now);
        }

        for (int i = 0; i < batch.Messages.Count && IsToGoOn(); i++)
        {
            core.Receive(batch.Messages[i], _now);
        }

        while (callsHandled < batch.Calls.Count && IsToGoOn())
        {
            core.Run(batch.Calls[callsHandled++], _now);
        }
    }

    private bool IsToGoOn()
    {
        if (++_inputs % InputsPerTick == 0)
        {
            LookAtClock();
        }

        return !_stop;
    }

    private void LookAtClock()
    {
        // Taken after all of the batch had arrived, so nothing is held for younger than it is.
        _now = BootTime.Now;
        if (_now < _nextTick && _now < core.TickDue)
        {
            return;
        }

        TimeSpan gap = _now - _lastTick;
        if (gap.Ticks > _worstGapTicks)
        {
            Volatile.Write(ref _worstGapTicks, gap.Ticks);
        }

        stalls.Note(StallPlace.Loop, _now - _nextTick);
        stalls.LookAtCollector();
        if (gap > _stallThreshold)
        {
            stalled(gap);
        }

        _lastTick = _now;
        _nextTick = _now + _tickInterval;
        core.Tick(_now);
    }
}
