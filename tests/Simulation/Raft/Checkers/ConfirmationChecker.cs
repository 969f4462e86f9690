using Cluster.Consensus;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>
/// S2 as far as consensus goes: before the time that a leader has told by its own clock, nobody else is elected in a later term, and nobody else is sure
/// of leading at the same time. Others count on it even when the leader's process has died.
/// </summary>
internal sealed class ConfirmationChecker(RaftWorld world) : RaftChecker(world)
{
    private Term _newest;

    public override string Rule => "S2";

    public override void Stepped(RaftProcess process, in ReplicatedLogStatus status)
    {
        if (!status.IsLeader)
        {
            return;
        }

        bool isNew = status.Term > _newest;
        bool isSure = status.ConfirmedUntil > process.Host.Clock.Now;
        if (!isNew && !isSure)
        {
            return;
        }

        _newest = isNew ? status.Term : _newest;
        foreach (RaftHost other in World.RaftHosts)
        {
            if (other == process.Host || other.ConfirmedUntil <= other.Clock.Now || other.ConfirmedTerm == status.Term)
            {
                continue;
            }

            if (isSure || other.ConfirmedTerm < status.Term)
            {
                double left = (other.ConfirmedUntil - other.Clock.Now).TotalMilliseconds;
                string sure = isSure ? " and is sure of it" : "";
                Fail($"{process.Host.Name} leads {status.Term}{sure} while {other.Name} has told, in {other.ConfirmedTerm}, that nobody else does for another {left:F3} ms");
            }
        }
    }
}
