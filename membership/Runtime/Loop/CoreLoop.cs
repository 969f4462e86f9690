using Cluster.Client;
using Cluster.Consensus;

namespace Cluster.Runtime.Loop;

/// <summary>
/// The thread that owns a pure core: gives it all inputs that wait, ticks it, and has it carry out what came of them. Under load
/// the inputs of many share one write, one sync and one message to each peer; nothing here waits for anything but the next input.
/// </summary>
/// <param name="core">The core; touched by no other thread after <see cref="Start"/>.</param>
/// <param name="inbox">Where inputs come from.</param>
/// <param name="tickInterval">Between ticks.</param>
/// <param name="stallThreshold">A longer time between two ticks is reported.</param>
/// <param name="stalled">Takes the length of a gap in which the loop was not run.</param>
/// <param name="failed">Takes the failure of the core; it is not called again after it.</param>
internal sealed class CoreLoop(
    ILoopCore core,
    Inbox inbox,
    TimeSpan tickInterval,
    TimeSpan stallThreshold,
    Action<TimeSpan> stalled,
    Action<Exception> failed)
{
    // Between two looks at the clock: a batch can be long.
    private const int InputsPerTick = 64;

    private Thread? _thread;
    private volatile bool _stop;
    private Exception? _reason;
    private InboxBatch _batch = new();
    private int _callsHandled;
    private MonotonicTime _lastTick;
    private MonotonicTime _nextTick;
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

    private void Run()
    {
        try
        {
            _lastTick = BootTime.Now;
            _nextTick = _lastTick;
            while (!_stop)
            {
                _callsHandled = 0;
                _batch = inbox.Take(_nextTick - BootTime.Now);
                LookAtClock();
                Handle(_batch);
                if (!_stop)
                {
                    core.EndBatch(_now);
                }
            }
        }
        catch (Exception e)
        {
            failed(e);
        }
        finally
        {
            Abandon(_reason ?? new RuntimeStoppedException());
        }
    }

    private void Handle(InboxBatch batch)
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

        while (_callsHandled < batch.Calls.Count && IsToGoOn())
        {
            core.Run(batch.Calls[_callsHandled++], _now);
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
        if (_now < _nextTick)
        {
            return;
        }

        TimeSpan gap = _now - _lastTick;
        if (gap.Ticks > _worstGapTicks)
        {
            Volatile.Write(ref _worstGapTicks, gap.Ticks);
        }

        if (gap > stallThreshold)
        {
            stalled(gap);
        }

        _lastTick = _now;
        _nextTick = _now + tickInterval;
        core.Tick(_now);
    }

    private void Abandon(Exception reason)
    {
        inbox.Close(reason);
        foreach (LoopCall call in _batch.Calls.Skip(_callsHandled))
        {
            call.Abandon(reason);
        }

        core.Abandon(reason);
    }
}
