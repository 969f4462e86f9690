using Cluster.Client;
using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Runtime.Loop;

/// <summary>
/// The thread that owns the <see cref="ClusterNode"/>: gives it inputs one by one, ticks it, and has its effects carried out.
/// Nothing here waits for anything but the next input.
/// </summary>
/// <param name="node">The node; touched by no other thread after <see cref="Start"/>.</param>
/// <param name="inbox">Where inputs come from.</param>
/// <param name="effects">Carries effects out.</param>
/// <param name="timing">Ticks come five times a heartbeat interval.</param>
/// <param name="stalled">Takes the length of a gap in which the loop was not run.</param>
/// <param name="failed">Takes the failure of the node; it is not called again after it.</param>
internal sealed class NodeLoop(
    ClusterNode node,
    Inbox inbox,
    EffectCarrier effects,
    MembershipTiming timing,
    Action<TimeSpan> stalled,
    Action<Exception> failed)
{
    private readonly TimeSpan _tickInterval = timing.HeartbeatInterval / 5;
    private Thread? _thread;
    private volatile bool _stop;
    private Exception? _reason;
    private List<LoopInput> _batch = [];
    private int _handled;
    private long _worstGapTicks;

    /// <summary>The node. On the loop's thread only.</summary>
    public ClusterNode Node => node;

    /// <summary>Submitted commands by request number. On the loop's thread only.</summary>
    public Dictionary<ulong, SubmitCall> Requests { get; } = [];

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
            MonotonicTime lastTick = BootTime.Now;
            MonotonicTime nextTick = lastTick;
            while (!_stop)
            {
                _batch = inbox.Take(nextTick - BootTime.Now);
                for (_handled = 0; _handled < _batch.Count && !_stop; _handled++)
                {
                    // Time is advanced before anything that arrived is looked at: after a stall, what the node believed is old.
                    TickIfDue(ref lastTick, ref nextTick);
                    Handle(_batch[_handled]);
                }

                TickIfDue(ref lastTick, ref nextTick);
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

    private void TickIfDue(ref MonotonicTime lastTick, ref MonotonicTime nextTick)
    {
        MonotonicTime now = BootTime.Now;
        if (now < nextTick)
        {
            return;
        }

        TimeSpan gap = now - lastTick;
        if (gap.Ticks > _worstGapTicks)
        {
            Volatile.Write(ref _worstGapTicks, gap.Ticks);
        }

        if (gap > timing.StallThreshold)
        {
            stalled(gap);
        }

        lastTick = now;
        nextTick = now + _tickInterval;
        node.Tick(now, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        effects.CarryOut(this, now);
    }

    private void Handle(in LoopInput input)
    {
        MonotonicTime now = BootTime.Now;
        switch (input.Item)
        {
            case null:
                node.Receive(input.Raft, now);
                break;
            case PeerMessage message:
                node.Receive(message, now);
                break;
            default:
                ((LoopCall)input.Item).Run(this, now);
                break;
        }

        effects.CarryOut(this, now);
    }

    private void Abandon(Exception reason)
    {
        inbox.Close(reason);
        foreach (LoopCall call in _batch.Skip(_handled).Select(input => input.Item).OfType<LoopCall>())
        {
            call.Abandon(reason);
        }

        foreach (SubmitCall call in Requests.Values)
        {
            call.Abandon(reason);
        }

        Requests.Clear();
    }
}
