using Cluster.Consensus;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>Check-quorum (thesis §6.2): a leader that no majority has answered for a greatest election timeout gives up at its next tick.</summary>
internal sealed class CheckQuorumChecker(RaftWorld world) : RaftChecker(world)
{
    public override string Rule => "check-quorum";

    public override void Ticked(RaftProcess process, MonotonicTime now)
    {
        ReplicatedLogStatus status = process.Log.Status;
        if (status.IsLeader && now > status.ConfirmedAt + process.Timing.ElectionTimeoutMax)
        {
            Fail($"{process.Host.Name} still leads {status.Term}, though no majority has answered it for {(now - status.ConfirmedAt).TotalMilliseconds:F0} ms");
        }
    }
}
