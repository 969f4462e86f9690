using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>Reads, by preference at those who only believe that they lead.</summary>
internal sealed class Reader(RaftWorld world)
{
    private readonly RandomStream _random = world.Stream("reader");

    public void Start() => world.After(_random.Ms(0, 2 * Math.Min(world.Plan.ClientGapMs * 3, 60)), () =>
    {
        if (Choose().Raft is RaftProcess process)
        {
            LogIndex floor = world.History.Told;
            process.Read(_ => world.History.AnswerRead(process, floor));
        }

        Start();
    });

    private RaftHost Choose()
    {
        RaftProcess? newest = world.LeadingProcess;
        foreach (RaftHost host in world.RaftHosts)
        {
            if (host.Raft is RaftProcess process && process != newest && process.Log.Status.IsLeader)
            {
                return host;
            }
        }

        return _random.Chance(0.3) && newest is not null ? newest.Host : _random.Pick(world.RaftHosts);
    }
}
