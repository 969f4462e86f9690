using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Runtime.Loop;

/// <summary>Runs a <see cref="ClusterNode"/> on a <see cref="CoreLoop"/>.</summary>
internal sealed class NodeLoop : ILoopCore
{
    private readonly EffectCarrier _effects;
    private readonly CoreLoop _loop;
    private MembershipTiming _timing;

    /// <summary>Makes the loop; the thread begins with <see cref="Start"/>.</summary>
    /// <param name="node">The node; touched by no other thread after <see cref="Start"/>.</param>
    /// <param name="inbox">Where inputs come from.</param>
    /// <param name="effects">Carries effects out.</param>
    /// <param name="timing">Ticks come five times a heartbeat interval. Followed by the cluster's settings as the node learns them.</param>
    /// <param name="stalls">Where stalls are noted.</param>
    /// <param name="stalled">Takes the length of a gap in which the loop was not run.</param>
    /// <param name="failed">Takes the failure of the node; it is not called again after it.</param>
    public NodeLoop(
        ClusterNode node,
        Inbox inbox,
        EffectCarrier effects,
        MembershipTiming timing,
        StallBoard stalls,
        Action<TimeSpan> stalled,
        Action<Exception> failed)
    {
        Node = node;
        _effects = effects;
        _timing = timing;
        _loop = new CoreLoop(this, inbox, TickIntervalOf(timing), timing.StallThreshold, stalls, stalled, failed);
    }

    /// <summary>The node. On the loop's thread only.</summary>
    public ClusterNode Node { get; }

    /// <summary>Submitted commands by request number. On the loop's thread only.</summary>
    public Dictionary<ulong, SubmitCall> Requests { get; } = [];

    /// <inheritdoc cref="CoreLoop.WorstGap"/>
    public TimeSpan WorstGap => _loop.WorstGap;

    /// <inheritdoc cref="CoreLoop.Start"/>
    public void Start() => _loop.Start();

    /// <inheritdoc cref="CoreLoop.Halt"/>
    public void Halt(Exception reason) => _loop.Halt(reason);

    /// <inheritdoc cref="CoreLoop.Stop"/>
    public void Stop(Exception reason) => _loop.Stop(reason);

    MonotonicTime ILoopCore.TickDue => Node.Log.TickDue;

    void ILoopCore.Tick(MonotonicTime now)
    {
        Node.Tick(now, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        CarryOutNews(now);
    }

    void ILoopCore.Persisted(ulong ticket, MonotonicTime now)
    {
        Node.Persisted(ticket, now);
        CarryOutNews(now);
    }

    void ILoopCore.Receive(in RaftMessage message, MonotonicTime now)
    {
        _effects.NoteReceived(message);
        Node.Receive(message, now);
        CarryOutNews(now);
    }

    void ILoopCore.Receive(PeerMessage message, MonotonicTime now)
    {
        Node.Receive(message, now);
        CarryOutNews(now);
    }

    void ILoopCore.Run(LoopCall call, MonotonicTime now)
    {
        ((NodeCall)call).Run(this, now);
        CarryOutNews(now);
    }

    void ILoopCore.EndBatch(MonotonicTime now)
    {
        _effects.CarryOut(this, now);
        if (!ReferenceEquals(_timing, Node.Settings.Timing))
        {
            _timing = Node.Settings.Timing;
            _effects.Retime(_timing);
            _loop.Retime(TickIntervalOf(_timing), _timing.StallThreshold);
        }
    }

    void ILoopCore.Abandon(Exception reason)
    {
        foreach (SubmitCall call in Requests.Values)
        {
            call.Abandon(reason);
        }

        Requests.Clear();
    }

    private static TimeSpan TickIntervalOf(MembershipTiming timing) => timing.HeartbeatInterval / 5;

    /// <summary>
    /// Writes and messages wait for the end of the batch. News are carried out input by input, because the carrier takes those of
    /// one input together: an order of one and its cancellation by the next must not change places.
    /// </summary>
    private void CarryOutNews(MonotonicTime now)
    {
        if (Node.Effects.HasNews)
        {
            _effects.CarryOut(this, now);
        }
    }
}
