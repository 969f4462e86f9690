using Cluster.Consensus;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>
/// L3 as far as consensus goes, in seeds in which only followers fail, never too many: the leader is never unseated, whatever those do who come back,
/// hear only some of the others, or were removed.
/// </summary>
internal sealed class SteadyLeaderChecker(RaftWorld world) : RaftChecker(world)
{
    private Term _term;

    public override string Rule => "L3";

    public override void Stepped(RaftProcess process, in ReplicatedLogStatus status)
    {
        if (World.Plan.Class == RaftSeedClass.Swarm || World.Now < RaftWorldTimes.Settled || World.Healing)
        {
            return;
        }

        if (_term == Term.Zero)
        {
            _term = status.IsLeader && status.Term > _term ? status.Term : _term;
        }
        else if (status.Term > _term)
        {
            Fail($"{process.Host.Name} is in {status.Term} though nothing was wrong with the leader of {_term}");
        }
    }
}
