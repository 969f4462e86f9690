using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>
/// The end of every consensus world: all faults are healed, and within a bounded time there is a leader, every request is answered, and every member,
/// learners too, has applied all that was decided (L1).
/// </summary>
internal sealed class RaftRecovery(RaftWorld world, IReadOnlyList<Client> clients)
{
    public void Run()
    {
        world.Heal();
        long begin = world.Now;
        world.RunUntil(begin + SimTime.Ms(300));
        foreach (Client client in clients)
        {
            client.Stopped = true;
        }

        while (Missing() is string missing)
        {
            if (world.Now - begin > RaftWorldTimes.Recovered)
            {
                throw new ViolationException("L1", $"{SimTime.Text(RaftWorldTimes.Recovered)} after the last fault: {missing}");
            }

            world.RunUntil(world.Now + SimTime.Ms(50));
        }

        world.Trace.Line(0, $"recovered {SimTime.Text(world.Now - begin)} after the last fault");
        RequireAcknowledged();
    }

    private string? Missing()
    {
        if (world.LeadingProcess is not RaftProcess leader)
        {
            return "no leader";
        }

        foreach (Client client in clients)
        {
            if (!client.IsIdle)
            {
                return $"client {client.Number} waits for the answer to its request {client.Sequence}";
            }
        }

        LogIndex last = leader.Log.Status.LastIndex;
        foreach (NodeId member in leader.Configuration.Members)
        {
            RaftHost? host = world.HostOf(member);
            if (host?.Raft is not RaftProcess process || process.Id != member)
            {
                return $"member {member} does not run";
            }

            if (process.State.Applied < last)
            {
                return $"{host.Name} has applied {process.State.Applied} of {last}";
            }
        }

        return leader.Unsettled;
    }

    private void RequireAcknowledged()
    {
        ulong asked = 0;
        foreach (Client client in clients)
        {
            asked += client.Sequence;
        }

        if ((ulong)world.Checks.Truth.Effects != asked || (ulong)world.History.Acknowledged != asked)
        {
            throw new ViolationException(
                "exactly once", $"{asked} requests were made, {world.History.Acknowledged} acknowledged, and {world.Checks.Truth.Effects} had an effect");
        }
    }
}
