using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Holders;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>
/// S4: no power switch acts without a committed attempt that names the executor, the level and the action; and no life is recorded as fenced without
/// something that was really observed.
/// </summary>
internal sealed class IntentChecker(World world, Facts facts) : Checker(world)
{
    private readonly SortedDictionary<(ulong Operation, uint Attempt), FenceAttemptStartedEvent> _intents = [];
    private readonly SortedSet<(ulong Operation, uint Target)> _observed = [];

    public override string Rule => "S4";

    public override void EventSeen(Daemon at, ClusterEvent clusterEvent, bool first)
    {
        if (!first)
        {
            return;
        }

        if (clusterEvent.KindCase == ClusterEvent.KindOneofCase.FenceAttemptStarted)
        {
            FenceAttemptStartedEvent started = clusterEvent.FenceAttemptStarted;
            _intents.Add((started.Operation, started.Attempt), started);
        }
        else if (clusterEvent.KindCase == ClusterEvent.KindOneofCase.NodeFenced)
        {
            RequireObservation(clusterEvent.NodeFenced);
        }
    }

    public override void PowerActing(FenceOrder order, Daemon executor, Machine target)
    {
        if (!_intents.TryGetValue((order.Operation.Value, order.Attempt), out FenceAttemptStartedEvent? intent))
        {
            Fail($"{executor.Machine.Name} acts on {target.Name} for attempt {order.Operation}.{order.Attempt}, which is not committed");
        }

        if (intent.Executor != executor.Machine.Number || intent.Node != target.Number || intent.Action != order.Action || intent.Level != order.Level)
        {
            Fail($"{executor.Machine.Name} does {order.Action} to {target.Name} at level {order.Level}; attempt {order.Operation}.{order.Attempt} says {intent}");
        }
    }

    public override void ObservedOff(FenceOrder order, Daemon executor, Machine target) =>
        _observed.Add((order.Operation.Value, target.Number));

    private void RequireObservation(NodeFencedEvent fenced)
    {
        Machine machine = World.Machine(fenced.Node);
        bool sameBoot = machine.IsOn && facts.BootOf(fenced.Incarnation) == machine.Boot;
        switch (fenced.Evidence)
        {
            case Evidence.ObservedOff when !_observed.Contains((fenced.Operation, fenced.Node)):
                Fail($"i{fenced.Incarnation} of {machine.Name} counts as observed off by f{fenced.Operation}, but nobody observed that");
                break;
            case Evidence.ObservedOff when sameBoot:
                Fail($"i{fenced.Incarnation} of {machine.Name} counts as observed off, but the machine has run on since that life");
                break;
            case Evidence.ConfirmedByHuman when !facts.IsConfirmed(fenced.Incarnation):
                Fail($"i{fenced.Incarnation} of {machine.Name} counts as confirmed by {fenced.Who}, who never said so");
                break;
            case Evidence.ProcessExited:
                foreach (ToyLockHolder process in facts.ProcessesOf(new NodeId(fenced.Node), fenced.Incarnation))
                {
                    if (process.Alive && process.MemberKnown && !process.Left)
                    {
                        Fail($"all processes of i{fenced.Incarnation} of {machine.Name} count as ended, but {process.Endpoint} is alive");
                    }
                }

                break;
            case Evidence.ObservedOff or Evidence.ConfirmedByHuman:
                break;
            default:
                Fail($"i{fenced.Incarnation} of {machine.Name} is fenced on evidence {fenced.Evidence}, which nothing here can give");
                break;
        }
    }
}
