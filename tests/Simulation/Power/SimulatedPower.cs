using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Power;

/// <summary>
/// Carries out fence orders as an agent does: reach the switch, act, read the state back, report. Whether the executor still lives when the report
/// is due is another matter; what it set in motion happens all the same.
/// </summary>
internal sealed class SimulatedPower(World world)
{
    private readonly RandomStream _random = world.Stream("power");
    private readonly List<Attempt> _running = [];

    /// <summary>Machines on which an agent is at work now.</summary>
    public IEnumerable<Machine> Executors
    {
        get
        {
            foreach (Attempt attempt in _running)
            {
                yield return attempt.Executor.Machine;
            }
        }
    }

    public void Execute(FenceOrder order, Daemon executor)
    {
        Machine target = world.Machines.First(machine => machine.Name == order.Target);
        Attempt attempt = new(order, executor, target, target.Bmcs[order.Level - 1], executor.Machine.Clock.Now);
        world.Trace.Line(executor.Machine.Number, $"fence order {order.Operation}.{order.Attempt}: {order.Action} {order.Target} level {order.Level}");
        _running.Add(attempt);
        Begin(attempt, _random.LogMs(1, 30));
    }

    /// <summary>The agent starts when its process runs.</summary>
    private void Begin(Attempt attempt, long after) => world.After(after, () =>
    {
        if (!attempt.Executor.Alive)
        {
            _running.Remove(attempt);
            return;
        }

        if (attempt.Executor.Paused)
        {
            Begin(attempt, _random.Ms(5, 15));
            return;
        }

        long deadline = SimTime.Of(attempt.Order.Deadline);
        switch (attempt.Bmc.Fault)
        {
            case BmcFault.Unreachable:
                Report(attempt, Math.Min(deadline, _random.Ms(200, 1_000)), "unreachable");
                break;
            case BmcFault.WrongPassword:
                Report(attempt, _random.LogMs(1, 30), "authentication");
                break;
            case BmcFault.Lying when attempt.Order.Action == AttemptAction.SwitchOff:
                Report(attempt, Math.Min(deadline, _random.Ms(100, 800)), "still-on");
                break;
            case BmcFault.Slow:
                Act(attempt, _random.Ms(300, 1.3 * attempt.Order.Deadline.TotalMilliseconds), deadline);
                break;
            default:
                Act(attempt, _random.LogMs(2, 60), deadline);
                break;
        }
    });

    /// <summary>The switch acts after a while, whatever has become of the agent; the agent reads the state back unless its time is over.</summary>
    private void Act(Attempt attempt, long after, long deadline)
    {
        world.After(after, () =>
        {
            world.Checks.PowerActing(attempt.Order, attempt.Executor, attempt.Target);
            string why = $"{attempt.Order.Action} by {attempt.Executor.Machine.Name}, {attempt.Order.Operation}.{attempt.Order.Attempt}";
            if (attempt.Order.Action == AttemptAction.SwitchOff)
            {
                attempt.Target.PowerOff(why);
            }
            else
            {
                attempt.Target.PowerOn(why);
            }

            if (after <= deadline)
            {
                ReadBack(attempt, _random.LogMs(1, 20));
            }
        });
        if (after > deadline)
        {
            Report(attempt, deadline, "timed-out");
        }
    }

    private void ReadBack(Attempt attempt, long after) => world.After(after, () =>
    {
        bool on = attempt.Target.IsOn;
        bool off = attempt.Order.Action == AttemptAction.SwitchOff;
        if (off == on)
        {
            // Somebody switched it back between action and reading.
            Report(attempt, 0, off ? "still-on" : "device");
            return;
        }

        if (off)
        {
            world.Checks.ObservedOff(attempt.Order, attempt.Executor, attempt.Target);
        }

        Report(attempt, 0, "");
    });

    private void Report(Attempt attempt, long after, string failure) => world.After(after, () =>
    {
        _running.Remove(attempt);
        if (!attempt.Executor.Alive)
        {
            return;
        }

        bool succeeded = failure.Length == 0;
        world.Trace.Line(
            attempt.Executor.Machine.Number,
            $"agent reports {attempt.Order.Operation}.{attempt.Order.Attempt}: {(succeeded ? "done" : failure)}");
        AttemptOutcome outcome = new(
            succeeded,
            succeeded && attempt.Order.Action == AttemptAction.SwitchOff ? Evidence.ObservedOff : Evidence.None,
            failure,
            failure.Length == 0 ? "done" : $"the simulated switch of {attempt.Target.Name} failed: {failure}",
            $"bmc-{attempt.Target.Name}-{attempt.Bmc.Level}",
            attempt.Executor.Machine.Clock.Now - attempt.StartedAt);
        attempt.Executor.Input(now => attempt.Executor.Core.AttemptFinished(attempt.Order.Operation, attempt.Order.Attempt, outcome, now));
    });

    private sealed record Attempt(FenceOrder Order, Daemon Executor, Machine Target, Bmc Bmc, MonotonicTime StartedAt);
}
