using Cluster.Membership;
using Cluster.Simulation.Holders;
using Cluster.Simulation.Machines;

namespace Cluster.Simulation.Worlds;

/// <summary>
/// The end of every world: all faults are healed, and within a bounded time there must be a leader, every node up as a member that knows itself one, every
/// fence operation closed, every group ready with all processes in it, and all events delivered everywhere (L1, L2).
/// </summary>
internal sealed class Recovery(World world)
{
    private static readonly long s_bound = SimTime.Seconds(45);
    private static readonly long s_calm = SimTime.Seconds(1);

    public void Run()
    {
        world.Heal();
        long begin = world.Now;
        long calmSince = long.MaxValue;
        while (true)
        {
            world.RunUntil(world.Now + SimTime.Ms(100));
            SwitchOnForgotten();
            string? missing = Missing();
            if (missing is not null)
            {
                calmSince = long.MaxValue;
                if (world.Now - begin > s_bound)
                {
                    throw new ViolationException(
                        missing.StartsWith("no leader", StringComparison.Ordinal) ? "L1" : "L2",
                        $"{SimTime.Text(s_bound)} after the last fault: {missing}");
                }
            }
            else if (calmSince == long.MaxValue)
            {
                calmSince = world.Now;
            }
            else if (world.Now - calmSince >= s_calm)
            {
                world.Trace.Line(0, $"recovered {SimTime.Text(calmSince - begin)} after the last fault");
                return;
            }
        }
    }

    /// <summary>
    /// Somebody on the site switches on what the cluster has switched off for good. What the cluster means to switch on itself is left to it, and
    /// a cluster that has switched off its own majority gets no help.
    /// </summary>
    private void SwitchOnForgotten()
    {
        Daemon? leader = Faults.Victim.Leader(world)?.Daemon;
        foreach (Machine machine in world.Machines)
        {
            if (!machine.IsOn
                && world.Now - machine.OffSince > SimTime.Seconds(3)
                && leader is not null
                && !leader.Core.State.Operations.Any(operation => operation.Node == machine.Id && operation.Phase != FencePhase.Closed))
            {
                machine.PowerOn("by hand");
            }
        }
    }

    /// <summary>What is still missing, in words; null when nothing is.</summary>
    private string? Missing()
    {
        Daemon? leader = world.Machines.Select(machine => machine.Daemon).FirstOrDefault(daemon => daemon?.Core.Log.Status.IsLeader == true);
        if (leader is null)
        {
            return "no leader";
        }

        foreach (Machine machine in world.Machines)
        {
            if (MissingOn(machine, leader) is string missing)
            {
                return missing;
            }
        }

        foreach (FenceOperation operation in leader.Core.State.Operations)
        {
            if (operation.Phase != FencePhase.Closed)
            {
                return $"fence operation {operation.Id} of {operation.NodeName} is {operation.Phase} after {operation.Attempts.Count} attempts ({operation.Reason})";
            }
        }

        foreach (GroupRecord group in leader.Core.State.Groups)
        {
            if (group.Phase != GroupPhase.Ready || group.Members.Count != world.Machines.Count)
            {
                return $"group {group.Name} is {group.Phase} with {group.Members.Count} members and waits for: "
                    + string.Join(", ", leader.Core.WaitsFor(group, leader.Machine.Clock.Now));
            }
        }

        return null;
    }

    private string? MissingOn(Machine machine, Daemon leader)
    {
        if (machine.Daemon is not Daemon daemon)
        {
            return $"{machine.Name} runs no daemon (power {(machine.IsOn ? "on" : "off")})";
        }

        NodeRecord record = leader.Core.State.FindNode(machine.Id)!;
        if (record.State != NodeLifeState.Up || daemon.Core.Incarnation != record.Incarnation)
        {
            return $"{machine.Name} is {record.State} as {record.Incarnation}, its daemon is {daemon.Core.Incarnation}";
        }

        if (!daemon.Core.IsQuorate(machine.Clock.Now) || daemon.Core.LeaseDeadline <= machine.Clock.Now)
        {
            return $"{machine.Name} holds no lease";
        }

        if (world.Checks.ShownBy(daemon) != world.Checks.EventCount)
        {
            return $"{machine.Name} has shown {world.Checks.ShownBy(daemon)} of {world.Checks.EventCount} events";
        }

        foreach (ToyLockHolder holder in machine.Holders)
        {
            if (!holder.MemberKnown)
            {
                return $"{holder.Endpoint} is in no group";
            }
        }

        return null;
    }
}
