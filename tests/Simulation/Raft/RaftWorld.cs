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
    private readonly RandomStream _damage;

    public RaftWorld(RaftPlan plan, Mutant mutant, int lines)
        : base(plan.Seed, lines, plan.Hosts)
    {
        _damage = Stream("damage");
        Plan = plan;
        Mutant = mutant;
        FirstConfiguration = new ClusterConfiguration(Enumerable.Range(1, plan.Voters).Select(number => new NodeId((uint)number)));
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
    public ClusterConfiguration FirstConfiguration { get; }

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

    /// <summary>In steady seeds: until then a follower has trouble.</summary>
    public long TroubledUntil { get; set; }

    public RaftCheckerSet Checks { get; }

    public History History { get; }

    /// <summary>The host on which a node runs, or ran.</summary>
    public RaftHost? HostOf(NodeId node) => _hostOf.GetValueOrDefault(node);

    /// <summary>Now and then a bit of a piece of a snapshot flips on its way.</summary>
    public RaftMessage Damage(in RaftMessage message)
    {
        if (message.Kind != RaftMessageKind.SnapshotChunk || message.Data.IsEmpty || Healing || Plan.DamagedChunks == 0 || !_damage.Chance(Plan.DamagedChunks))
        {
            return message;
        }

        byte[] data = message.Data.ToArray();
        data[_damage.Below(data.Length)] ^= (byte)(1 << _damage.Below(8));
        return message with { Data = data };
    }

    /// <summary>
    /// How long a message is held up on its way, in milliseconds: in some seeds the request to take over arrives when the leader has given the transfer
    /// up.
    /// </summary>
    public double HoldUp(in RaftMessage message) =>
        Plan.HasLateTransfers && !Healing && message.Kind == RaftMessageKind.TransferRequest && _damage.Chance(0.8)
            ? Plan.HeartbeatMs * _damage.Between(3, 20)
            : 0;

    /// <summary>A number that no node has had.</summary>
    public NodeId NextId(RaftHost host)
    {
        NodeId next = new((uint)_hostOf.Count + 1);
        _hostOf[next] = host;
        return next;
    }
}
