using Cluster.Consensus;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>
/// State machine safety (Raft figure 3), S1: one entry at each index, for ever, at all nodes; each node is shown them in order, each once a process
/// life, going on from its snapshot; and the state of every node after each entry, snapshots included, is the state that these entries make.
/// </summary>
internal sealed class StateMachineChecker(RaftWorld world) : RaftChecker(world)
{
    private readonly List<LogEntry> _entries = [];
    private readonly List<ulong> _hashes = [new Ledger().Hash];
    private readonly Ledger _reference = new();
    private readonly Dictionary<(uint Client, ulong Sequence), LogIndex> _effects = [];
    private readonly Dictionary<(NodeId, int), LogIndex> _shown = [];

    public override string Rule => "S1";

    /// <summary>The last entry that anybody knows to be decided.</summary>
    public LogIndex Last => new((ulong)_entries.Count);

    /// <summary>How many requests have had an effect.</summary>
    public int Effects => _effects.Count;

    public LogEntry this[LogIndex index] => _entries[(int)index.Value - 1];

    /// <summary>Where a request had its effect; 0 when it had none.</summary>
    public LogIndex EffectOf(uint client, ulong sequence) => _effects.GetValueOrDefault((client, sequence));

    /// <returns>True when nobody knew before that this entry is committed.</returns>
    public bool Observe(RaftProcess at, in LogEntry entry)
    {
        (NodeId, int) key = (at.Id, at.Life);
        LogIndex expected = _shown.GetValueOrDefault(key).Next;
        if (entry.Index != expected)
        {
            Fail($"{at.Host.Name} reports {entry.Index} as committed; the next one is {expected}");
        }

        _shown[key] = expected;
        bool first = expected > Last;
        if (first)
        {
            _entries.Add(entry);
            if (_reference.Apply(entry))
            {
                _effects[Ledger.RequestOf(entry)] = entry.Index;
            }

            _hashes.Add(_reference.Hash);
        }
        else
        {
            LogEntry known = this[expected];
            if (known.Term != entry.Term || known.Kind != entry.Kind || !known.Payload.Span.SequenceEqual(entry.Payload.Span))
            {
                Fail($"{at.Host.Name} commits another entry at {entry.Index} ({entry.Term}) than was committed before ({known.Term})");
            }
        }

        RequireState(at, expected);
        return first;
    }

    public override void Restored(RaftProcess at, Snapshot snapshot)
    {
        SnapshotMeta meta = snapshot.Meta;
        if (meta.Index > Last)
        {
            Fail($"{at.Host.Name} takes over a snapshot of {meta.Index}, but only {Last} is decided");
        }

        if (this[meta.Index].Term != meta.Term)
        {
            Fail($"{at.Host.Name} takes over a snapshot that ends with {meta.Index} of {meta.Term}; decided was that of {this[meta.Index].Term}");
        }

        (NodeId, int) key = (at.Id, at.Life);
        if (meta.Index < _shown.GetValueOrDefault(key))
        {
            Fail($"{at.Host.Name} goes back from {_shown[key]} to a snapshot of {meta.Index}");
        }

        _shown[key] = meta.Index;
        RequireState(at, meta.Index);
    }

    private void RequireState(RaftProcess at, LogIndex index)
    {
        if (at.State.Hash != _hashes[(int)index.Value])
        {
            Fail($"the state of {at.Host.Name} after {index} is not the one that the entries up to there make");
        }
    }
}
