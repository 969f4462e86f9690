using Cluster.Consensus;
using Cluster.Simulation.Disks;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>S7: what a leader calls committed is on the disks of a majority of voters; of both halves while a configuration is joint.</summary>
internal sealed class MajorityChecker(RaftWorld world, StateMachineChecker truth) : RaftChecker(world)
{
    public override string Rule => "S7";

    public override void Committed(RaftProcess at, in LogEntry entry, bool first)
    {
        if (!first || !at.Log.Status.IsLeader)
        {
            return;
        }

        // As the log says, not as the engine does: a configuration is in force as soon as it stands in the log (Raft §6).
        ClusterConfiguration configuration = at.ConfigurationInLog;
        RequireMajority(at, entry, configuration.Voters, configuration.Votes);
        if (configuration.IsJoint)
        {
            RequireMajority(at, entry, configuration.OutgoingVoters, configuration.OutgoingVotes);
        }
    }

    private void RequireMajority(RaftProcess at, in LogEntry entry, IReadOnlyList<NodeId> half, IReadOnlyList<int> votes)
    {
        int durable = 0;
        int total = 0;
        for (int i = 0; i < half.Count; i++)
        {
            total += votes[i];
            durable += Holds(half[i], entry) ? votes[i] : 0;
        }

        if (2 * durable <= total)
        {
            Fail($"{at.Host.Name} calls {entry.Index} ({entry.Term}) committed, but only {durable} of the {total} votes of {string.Join(' ', half)} hold it on disk (decided: {truth.Last})");
        }
    }

    private bool Holds(NodeId voter, in LogEntry entry)
    {
        if (World.HostOf(voter) is not RaftHost host || host.Id != voter)
        {
            return false;
        }

        // What was acknowledged before a disk was lost counts: so many losses are what a majority is for.
        LogModel log = host.AwaitsRemoval ? host.LostLog! : host.Disk.SyncedLog;
        return log.TermAt(entry.Index) == entry.Term || (log.Snapshot is { } snapshot && snapshot.Index >= entry.Index);
    }
}
