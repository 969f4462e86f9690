using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Holders;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>
/// S2: when anybody learns that a node is down, that life's lease is over by the node's own clock, in the daemon and in every lock holder that goes
/// by it, and it is never prolonged again; nobody grants a lock on behalf of a life that is down.
/// </summary>
internal sealed class LeaseChecker(World world, Facts facts) : Checker(world)
{
    private readonly SortedSet<ulong> _down = [];
    private readonly SortedSet<string> _members = new(StringComparer.Ordinal);

    public override string Rule => "S2";

    public override void EventSeen(Daemon at, ClusterEvent clusterEvent, bool first)
    {
        if (first && clusterEvent.KindCase == ClusterEvent.KindOneofCase.GroupStart)
        {
            _members.UnionWith(clusterEvent.GroupStart.Members.Select(member => member.Endpoint));
        }

        if (!first || clusterEvent.KindCase != ClusterEvent.KindOneofCase.NodeDown)
        {
            return;
        }

        NodeDownEvent down = clusterEvent.NodeDown;
        _down.Add(down.Incarnation);
        Machine machine = World.Machine(down.Node);
        if (machine.Daemon is Daemon daemon)
        {
            RequireOver(daemon);
        }

        foreach (ToyLockHolder process in facts.ProcessesOf(machine.Id, down.Incarnation))
        {
            // A process that was never let in grants nothing, whatever lease it may see.
            if (process.Alive && !process.Left && _members.Contains(process.Endpoint) && process.LeaseDeadline > machine.Clock.Now)
            {
                Fail(
                    $"i{down.Incarnation} of {machine.Name} is declared down ({down.Reason}) while its lock holder {process.Endpoint} may grant for another {Left(process.LeaseDeadline, machine)}");
            }
        }
    }

    public override void Stepped(Daemon daemon)
    {
        if (_down.Contains(daemon.Core.Incarnation.Value))
        {
            RequireOver(daemon);
        }
    }

    public override void Sending(Daemon from, PeerMessage message)
    {
        if (message is LeaseGrant grant && _down.Contains(grant.Incarnation.Value))
        {
            Fail($"{from.Machine.Name} prolongs the lease of {grant.Incarnation} of {grant.To}, which is down");
        }
    }

    public override void Granted(ToyLockHolder holder, int resource, ulong token)
    {
        if (_down.Contains(holder.Incarnation.Value))
        {
            Fail($"{holder.Endpoint} grants {holder.Group}/{resource} although {holder.Incarnation} of its node is down");
        }
    }

    private static string Left(MonotonicTime deadline, Machine machine) => $"{(deadline - machine.Clock.Now).TotalMilliseconds:F3} ms";

    private void RequireOver(Daemon daemon)
    {
        // A life that the daemon itself already knows to be over shows no lease any more.
        if (_down.Contains(daemon.Core.Incarnation.Value) && daemon.Core.LeaseDeadline > daemon.Machine.Clock.Now)
        {
            Fail(
                $"{daemon.Core.Incarnation} of {daemon.Machine.Name} is down while its lease lasts another {Left(daemon.Core.LeaseDeadline, daemon.Machine)} by its own clock");
        }
    }
}
