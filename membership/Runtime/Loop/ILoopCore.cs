using Cluster.Consensus;

namespace Cluster.Runtime.Loop;

/// <summary>
/// A pure core as a <see cref="CoreLoop"/> runs it: inputs one by one, then <see cref="EndBatch"/>. All on the loop's thread; no
/// call may wait.
/// </summary>
internal interface ILoopCore
{
    /// <summary>When it wants a tick before the regular ones; <see cref="MonotonicTime.DistantFuture"/> when it does not.</summary>
    MonotonicTime TickDue { get; }

    /// <summary>Advances time; comes before what arrived, so that after a stall nothing old is believed.</summary>
    void Tick(MonotonicTime now);

    /// <summary>The log thread's report.</summary>
    void Persisted(ulong ticket, MonotonicTime now);

    /// <summary>A message of a peer's engine.</summary>
    void Receive(in RaftMessage message, MonotonicTime now);

    /// <summary>Another message of a peer.</summary>
    void Receive(PeerMessage message, MonotonicTime now);

    /// <summary>A call.</summary>
    void Run(LoopCall call, MonotonicTime now);

    /// <summary>All that waited is handled: what came of it is to be carried out, all writes and messages at once.</summary>
    void EndBatch(MonotonicTime now);

    /// <summary>The loop has ended; who waits for answers is told.</summary>
    void Abandon(Exception reason);
}
