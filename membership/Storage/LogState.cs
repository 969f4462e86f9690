using Cluster.Consensus;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>
/// Where the log stands after some record: kept by replay while it reads and by the log while it writes, by the same rules.
/// </summary>
internal sealed class LogState
{
    /// <summary>From which index on the entries are in which segment; both grow.</summary>
    private readonly List<(ulong From, ulong Segment)> _places = [];
    private LogBounds _bounds;

    /// <summary>The state with which a segment begins.</summary>
    public LogState(SegmentHeader header)
    {
        HardState = header.HardState;
        Snapshot = header.Snapshot;
        _bounds = new LogBounds(
            header.NextIndex - 1, header.Snapshot?.Index.Value ?? 0, header.Snapshot?.KeepFrom.Value ?? 1);
        First = header.NextIndex;
    }

    /// <summary>Term and vote.</summary>
    public HardState HardState { get; set; }

    /// <summary>What the log stands on.</summary>
    public SnapshotReference? Snapshot { get; private set; }

    /// <summary>The index of the entry that comes next.</summary>
    public ulong NextIndex => _bounds.Last + 1;

    /// <summary>For trying a batch on.</summary>
    public LogBounds Bounds => _bounds;

    /// <summary>The first index from which on every entry was seen, or dropped for a snapshot.</summary>
    public ulong First { get; private set; }

    /// <summary>True when all entries that have to be kept were seen.</summary>
    public bool IsComplete => First <= _bounds.KeepFrom;

    /// <summary>True when this is the state in which a segment says that it begins.</summary>
    public bool IsAsIn(SegmentHeader header) =>
        header.NextIndex == NextIndex && header.HardState == HardState && header.Snapshot == Snapshot;

    /// <summary>One more entry, in <paramref name="segment"/>.</summary>
    public bool TryAppend(ulong index, ulong segment)
    {
        if (!_bounds.TryAppend(index))
        {
            return false;
        }

        if (_places.Count == 0 || _places[^1].Segment != segment)
        {
            _places.Add((index, segment));
        }

        return true;
    }

    /// <summary>Forgets the entries from one on.</summary>
    public bool TryTruncate(ulong from)
    {
        if (!_bounds.TryTruncate(from))
        {
            return false;
        }

        while (_places.Count > 0 && _places[^1].From >= from)
        {
            _places.RemoveAt(_places.Count - 1);
        }

        First = Math.Min(First, from);
        return true;
    }

    /// <summary>Stands on a snapshot from here on.</summary>
    public bool TryUse(SnapshotReference reference)
    {
        if (!_bounds.TryUse(reference.Index.Value, reference.KeepFrom.Value, reference.ReplacesLog))
        {
            return false;
        }

        Snapshot = reference;
        if (reference.ReplacesLog)
        {
            _places.Clear();
            First = reference.KeepFrom.Value;
        }
        else
        {
            First = Math.Max(First, reference.KeepFrom.Value);
        }

        return true;
    }

    /// <summary>
    /// The oldest segment that a restart needs, when <paramref name="current"/> is the one being written: the one with the first
    /// kept entry. Each segment's header holds the rest.
    /// </summary>
    public ulong OldestNeeded(ulong current)
    {
        ulong needed = current;
        if (_bounds.KeepFrom > _bounds.Last)
        {
            return needed;
        }

        for (int i = _places.Count - 1; i >= 0; i--)
        {
            needed = _places[i].Segment;
            if (_places[i].From <= _bounds.KeepFrom)
            {
                // What lies before is of no interest any more.
                _places.RemoveRange(0, i);
                break;
            }
        }

        return needed;
    }
}
