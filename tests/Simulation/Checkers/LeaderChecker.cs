using Cluster.Consensus;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>Election safety (Raft figure 3): at most one leader in a term.</summary>
internal sealed class LeaderChecker(World world) : Checker(world)
{
    private readonly Dictionary<ulong, uint> _leaders = [];

    public override string Rule => "election safety";

    public override void Stepped(Daemon daemon)
    {
        ReplicatedLogStatus status = daemon.Core.Log.Status;
        if (status.IsLeader && !_leaders.TryAdd(status.Term.Value, daemon.Machine.Number) && _leaders[status.Term.Value] != daemon.Machine.Number)
        {
            Fail($"{daemon.Machine.Name} leads {status.Term}, which n{_leaders[status.Term.Value]} led before");
        }
    }
}
