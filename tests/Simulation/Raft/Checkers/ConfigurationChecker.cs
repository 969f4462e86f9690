using Cluster.Consensus;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>
/// One change of the configuration at a time, and quorums that overlap (Raft §6): a leader puts a configuration into its log only when the one before is
/// committed, and any majority of the one shares a voter with any majority of the other.
/// </summary>
internal sealed class ConfigurationChecker(RaftWorld world) : RaftChecker(world)
{
    private readonly Dictionary<(NodeId, int, Term), (LogIndex Index, ClusterConfiguration Configuration)> _last = [];

    public override string Rule => "configuration";

    /// <summary>How many configurations leaders have put into their logs.</summary>
    public int Changes { get; private set; }

    public override void Stepped(RaftProcess process, in ReplicatedLogStatus status)
    {
        if (!status.IsLeader)
        {
            return;
        }

        (NodeId, int, Term) key = (process.Id, process.Life, status.Term);
        ClusterConfiguration now = process.ConfigurationInLog;
        LogIndex at = process.Host.Disk.QueuedLog.Configuration?.Index ?? LogIndex.Zero;
        if (!_last.TryGetValue(key, out (LogIndex Index, ClusterConfiguration Configuration) before))
        {
            _last.Add(key, (at, now));
            return;
        }

        if (at <= before.Index)
        {
            return;
        }

        // A snapshot may have taken the place of the entry with the configuration.
        _last[key] = (at, now);
        if (now.Equals(before.Configuration))
        {
            return;
        }

        Changes++;
        World.Trace.Line(process.Host.Number, $"{at}: {now}");
        if (before.Index > status.CommitIndex)
        {
            Fail($"{process.Host.Name} puts ({now}) into its log at {at} although ({before.Configuration}) at {before.Index} is not committed");
        }

        if (before.Configuration.IsJoint && (now.IsJoint || !IsHalf(now, before.Configuration)))
        {
            Fail($"{process.Host.Name} leaves ({before.Configuration}) for ({now})");
        }

        if (!Overlap(before.Configuration, now))
        {
            Fail($"{process.Host.Name} goes from ({before.Configuration}) to ({now}), whose majorities need not overlap");
        }
    }

    private static bool IsHalf(ClusterConfiguration final, ClusterConfiguration joint) =>
        final.Voters.SequenceEqual(joint.Voters) && final.Votes.SequenceEqual(joint.Votes);

    /// <summary>
    /// True when a half of the one and a half of the other differ by one vote at most; then their majorities overlap: two without a common voter have
    /// together more than all the votes there are in both halves, halved.
    /// </summary>
    private static bool Overlap(ClusterConfiguration one, ClusterConfiguration other)
    {
        foreach (Func<NodeId, int> a in Halves(one))
        {
            foreach (Func<NodeId, int> b in Halves(other))
            {
                if (one.Members.Union(other.Members).Sum(node => Math.Abs(a(node) - b(node))) <= 1)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static IEnumerable<Func<NodeId, int>> Halves(ClusterConfiguration configuration)
    {
        yield return configuration.VotesOf;
        if (configuration.IsJoint)
        {
            yield return configuration.OutgoingVotesOf;
        }
    }
}
