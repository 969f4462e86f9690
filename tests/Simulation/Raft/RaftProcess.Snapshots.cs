using Cluster.Consensus;

namespace Cluster.Simulation.Raft;

// Snapshots and reads.
internal sealed partial class RaftProcess
{
    private void ConnectSnapshots()
    {
    }

    private void SaveSnapshots(LogEffects effects)
    {
    }

    private void Compact()
    {
    }

    private void AnswerReads(LogEffects effects)
    {
    }
}
