using Cluster.Consensus;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>Check-quorum (thesis §6.2): a leader that no majority has answered for a greatest election timeout gives up at its next tick.</summary>
internal sealed class CheckQuorumChecker(RaftWorld world) : RaftChecker(world)
{
    public override string Rule => "check-quorum";

    public override void Stepped(RaftProcess process, in ReplicatedLogStatus status)
    {
        // Two ticks of slack: time moves on between a tick and the next input.
        TimeSpan patience = TimeSpan.FromMilliseconds(World.Plan.HeartbeatMs * (RaftProcess.MaxElectionHeartbeats + 1));
        if (status.IsLeader && process.TickedAt > status.ConfirmedAt + patience && process.TickedAt > status.LeaderSince + patience)
        {
            Fail($"{process.Host.Name} still leads {status.Term}, though no majority has answered it for {(process.TickedAt - status.ConfirmedAt).TotalMilliseconds:F0} ms");
        }
    }
}
