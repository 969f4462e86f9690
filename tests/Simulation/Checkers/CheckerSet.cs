using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Holders;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Network;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>All checkers of a world, called after each thing that happens.</summary>
internal sealed class CheckerSet
{
    private readonly World _world;
    private readonly CommittedLogChecker _log;
    private readonly OneTruthChecker _truth;
    private readonly Checker[] _all;

    public CheckerSet(World world)
    {
        _world = world;
        Facts = new Facts();
        _log = new CommittedLogChecker(world);
        _truth = new OneTruthChecker(world);
        _all =
        [
            new LeaderChecker(world),
            new LeaseChecker(world, Facts),
            new FenceBeforeRecoverChecker(world, Facts),
            new IntentChecker(world, Facts),
            new DeadStaysDeadChecker(world),
            new TokenChecker(world),
            new DurabilityChecker(world),
            new ExclusionChecker(world),
            new StallChecker(world),
        ];
    }

    /// <summary>What is true of processes and lives, for checkers to compare with what the cluster believes.</summary>
    public Facts Facts { get; }

    /// <summary>Events that anybody has shown, in order.</summary>
    public int EventCount => _truth.Count;

    /// <summary>How many events of the one sequence a process has shown.</summary>
    public int ShownBy(Daemon daemon) => _truth.ShownBy(daemon);

    public void Committed(Daemon at, in LogEntry entry)
    {
        bool first = _log.Observe(at, entry);
        if (first)
        {
            _world.Trace.Mix(entry.Payload.Span);
            if (_world.Trace.HasText)
            {
                _world.Trace.Line(at.Machine.Number, $"commits {entry.Index}/{entry.Term} {MessageText.CommandText(entry.Payload)}");
            }
        }

        foreach (Checker checker in _all)
        {
            checker.Committed(at, entry, first);
        }
    }

    public void Restored(Daemon at, SnapshotMeta snapshot)
    {
        _world.Trace.Mix(snapshot.Index.Value);
        _world.Trace.Line(at.Machine.Number, $"takes over the snapshot {snapshot.Index}/{snapshot.Term}");
        _log.Restored(at, snapshot);
    }

    public void EventSeen(Daemon at, ClusterEvent clusterEvent)
    {
        bool first = _truth.Observe(at, clusterEvent);
        if (first && _world.Trace.HasText)
        {
            _world.Trace.Line(at.Machine.Number, $"event {clusterEvent}");
        }

        foreach (Checker checker in _all)
        {
            checker.EventSeen(at, clusterEvent, first);
        }
    }

    public void Sending(Daemon from, in RaftMessage message)
    {
        foreach (Checker checker in _all)
        {
            checker.Sending(from, message);
        }
    }

    public void Sending(Daemon from, PeerMessage message)
    {
        foreach (Checker checker in _all)
        {
            checker.Sending(from, message);
        }
    }

    public void Stepped(Daemon daemon)
    {
        Facts.Stepped(daemon);
        foreach (Checker checker in _all)
        {
            checker.Stepped(daemon);
        }
    }

    public void Started(ToyLockHolder holder) => Facts.Started(holder);

    public void Granted(ToyLockHolder holder, int resource, ulong token)
    {
        _world.Trace.Mix(token);
        foreach (Checker checker in _all)
        {
            checker.Granted(holder, resource, token);
        }
    }

    public void PowerActing(FenceOrder order, Daemon executor, Machine target)
    {
        foreach (Checker checker in _all)
        {
            checker.PowerActing(order, executor, target);
        }
    }

    public void ObservedOff(FenceOrder order, Daemon executor, Machine target)
    {
        foreach (Checker checker in _all)
        {
            checker.ObservedOff(order, executor, target);
        }
    }
}
