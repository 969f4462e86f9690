using Cluster.Consensus;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Raft.Checkers;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>
/// Hosts that run the consensus engine over the real log, and nothing above it but a small state machine: many more steps of consensus a second than
/// with the membership core.
/// </summary>
internal sealed class RaftWorld : Site
{
    private readonly SortedDictionary<NodeId, RaftHost> _hostOf = [];

    public RaftWorld(RaftPlan plan, Mutant mutant, int lines)
        : base(plan.Seed, lines, plan.Hosts)
    {
        Plan = plan;
        Mutant = mutant;
        Voters = [.. Enumerable.Range(1, plan.Voters).Select(number => new NodeId((uint)number))];
        RaftHosts = [.. Enumerable.Range(1, plan.Hosts).Select(number => new RaftHost(this, (uint)number))];
        foreach (RaftHost host in RaftHosts)
        {
            _hostOf[host.Id] = host;
        }

        Checks = new RaftCheckerSet(this);
        History = new History(this);
    }

    public RaftPlan Plan { get; }

    public Mutant Mutant { get; }

    /// <summary>Who votes at the beginning.</summary>
    public IReadOnlyList<NodeId> Voters { get; }

    public IReadOnlyList<RaftHost> RaftHosts { get; }

    public override IReadOnlyList<Host> Hosts => RaftHosts;

    public override long FaultsEnd => Plan.FaultsEnd;

    public override Host? Leader => LeadingProcess?.Host;

    /// <summary>The process that leads; of several, the one of the newest term.</summary>
    public RaftProcess? LeadingProcess
    {
        get
        {
            RaftProcess? leader = null;
            foreach (RaftHost host in RaftHosts)
            {
                if (host.Raft is RaftProcess process && process.Log.Status.IsLeader && (leader is null || process.Log.Status.Term > leader.Log.Status.Term))
                {
                    leader = process;
                }
            }

            return leader;
        }
    }

    public RaftCheckerSet Checks { get; }

    public History History { get; }

    /// <summary>The host on which a node runs, or ran.</summary>
    public RaftHost? HostOf(NodeId node) => _hostOf.GetValueOrDefault(node);

    /// <summary>A host loses its disk and goes on as somebody whom the cluster has never heard of.</summary>
    public void LoseDisk(RaftHost host)
    {
        NodeId next = new((uint)_hostOf.Count + 1);
        _hostOf[next] = host;
        host.LoseDisk(next);
    }
}
