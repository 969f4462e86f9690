using Cluster.Consensus;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>All checkers of a consensus world, called after each thing that happens.</summary>
internal sealed class RaftCheckerSet
{
    private readonly RaftWorld _world;
    private readonly RaftChecker[] _all;

    public RaftCheckerSet(RaftWorld world)
    {
        _world = world;
        Truth = new StateMachineChecker(world);
        Leaders = new ElectionChecker(world);
        Votes = new VoteChecker(world);
        Configurations = new ConfigurationChecker(world);
        _all =
        [
            Leaders,
            new LogMatchingChecker(world),
            Votes,
            new MajorityChecker(world, Truth),
            Configurations,
            new ConfirmationChecker(world),
            new CheckQuorumChecker(world),
            new SteadyLeaderChecker(world),
        ];
    }

    /// <summary>What is decided.</summary>
    public StateMachineChecker Truth { get; }

    /// <summary>Who was elected when.</summary>
    public ElectionChecker Leaders { get; }

    /// <summary>Who voted for whom.</summary>
    public VoteChecker Votes { get; }

    /// <summary>Which configurations there were.</summary>
    public ConfigurationChecker Configurations { get; }

    public void Writing(RaftProcess by, in LogWrite write)
    {
        foreach (RaftChecker checker in _all)
        {
            checker.Writing(by, write);
        }
    }

    public void Committed(RaftProcess at, in LogEntry entry)
    {
        bool first = Truth.Observe(at, entry);
        if (first)
        {
            _world.Trace.Mix(entry.Index.Value ^ (entry.Term.Value << 40));
            _world.Trace.Mix(entry.Payload.Span);
            if (_world.Trace.HasText)
            {
                (uint client, ulong sequence) = Ledger.RequestOf(entry);
                _world.Trace.Line(at.Host.Number, $"commits {entry.Index}/{entry.Term} {(client == 0 ? entry.Kind.ToString() : $"request {sequence} of client {client}")}");
            }
        }

        foreach (RaftChecker checker in _all)
        {
            checker.Committed(at, entry, first);
        }
    }

    public void Restored(RaftProcess at, Snapshot snapshot)
    {
        _world.Trace.Mix(snapshot.Meta.Index.Value);
        _world.Trace.Line(at.Host.Number, $"takes over the snapshot {snapshot.Meta.Index}/{snapshot.Meta.Term}");
        Truth.Restored(at, snapshot);
        foreach (RaftChecker checker in _all)
        {
            checker.Restored(at, snapshot);
        }
    }

    /// <summary>Called with each message that is sent; faults wait for the right moment with it.</summary>
    public Action<RaftProcess, RaftMessage>? Sent { get; set; }

    public void Sending(RaftProcess from, in RaftMessage message)
    {
        Sent?.Invoke(from, message);
        foreach (RaftChecker checker in _all)
        {
            checker.Sending(from, message);
        }
    }

    public void Ticked(RaftProcess process, MonotonicTime now)
    {
        foreach (RaftChecker checker in _all)
        {
            checker.Ticked(process, now);
        }
    }

    public void Stepped(RaftProcess process)
    {
        ReplicatedLogStatus status = process.Log.Status;
        foreach (RaftChecker checker in _all)
        {
            checker.Stepped(process, status);
        }

        if (status.IsLeader)
        {
            process.Host.Confirm(status);
        }
    }
}
