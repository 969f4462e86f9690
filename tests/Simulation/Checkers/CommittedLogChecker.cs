using Cluster.Consensus;
using Cluster.Simulation.Disks;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>
/// State machine safety (Raft figure 3): one entry at each index, for ever, at all nodes, in order, each once a process life. And S7: what anybody
/// calls committed is durable on a majority.
/// </summary>
internal sealed class CommittedLogChecker(World world) : Checker(world)
{
    private readonly List<LogEntry> _committed = [];
    private readonly SortedDictionary<(uint, int), ulong> _next = [];

    public override string Rule => "S7";

    /// <returns>True when nobody knew before that this entry is committed.</returns>
    public bool Observe(Daemon at, in LogEntry entry)
    {
        (uint, int) key = (at.Machine.Number, at.Life);
        ulong expected = _next.GetValueOrDefault(key) + 1;
        if (entry.Index.Value != expected)
        {
            Fail($"{at.Machine.Name} reports {entry.Index} as committed; the next one is @{expected}");
        }

        _next[key] = expected;
        if (expected <= (ulong)_committed.Count)
        {
            LogEntry known = _committed[(int)expected - 1];
            if (known.Term != entry.Term || known.Kind != entry.Kind || !known.Payload.Span.SequenceEqual(entry.Payload.Span))
            {
                Fail($"{at.Machine.Name} commits another entry at {entry.Index} ({entry.Term}) than was committed before ({known.Term})");
            }

            return false;
        }

        RequireMajority(at, entry);
        _committed.Add(entry);
        return true;
    }

    /// <summary>A node goes on from a snapshot.</summary>
    public void Restored(Daemon at, SnapshotMeta snapshot)
    {
        int position = (int)snapshot.Index.Value;
        if (position > _committed.Count || _committed[position - 1].Term != snapshot.Term)
        {
            Fail($"{at.Machine.Name} takes over a snapshot of {snapshot.Index}/{snapshot.Term}, which was never decided");
        }

        _next[(at.Machine.Number, at.Life)] = snapshot.Index.Value;
    }

    private void RequireMajority(Daemon at, in LogEntry entry)
    {
        int durable = 0;
        foreach (Machine machine in World.Machines)
        {
            LogModel log = machine.Disk.SyncedLog;
            bool isInSnapshot = log.Snapshot is { } snapshot && snapshot.Index >= entry.Index;
            durable += isInSnapshot || log.TermAt(entry.Index) == entry.Term ? 1 : 0;
        }

        if (durable <= World.Machines.Count / 2)
        {
            Fail($"{at.Machine.Name} calls {entry.Index} ({entry.Term}) committed, but only {durable} of {World.Machines.Count} disks hold it");
        }
    }
}
