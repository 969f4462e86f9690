namespace Cluster.Storage;

/// <summary>
/// Which indices the log covers, and which change of that is possible. The same rules hold for what is written and for what is
/// replayed; a value type, so that a batch can be tried before it is written.
/// </summary>
internal struct LogBounds
{
    /// <summary>The bounds of a log that ends at <paramref name="last"/> and stands on a snapshot, if any.</summary>
    public LogBounds(ulong last, ulong snapshotIndex, ulong keepFrom)
    {
        Last = last;
        SnapshotIndex = snapshotIndex;
        KeepFrom = keepFrom;
    }

    /// <summary>The index of the last entry; 0 without any.</summary>
    public ulong Last { get; private set; }

    /// <summary>The snapshot's index; 0 without one.</summary>
    public ulong SnapshotIndex { get; private set; }

    /// <summary>The first entry that is kept; 1 without a snapshot.</summary>
    public ulong KeepFrom { get; private set; }

    /// <summary>Adds one entry; false when it does not follow the last.</summary>
    public bool TryAppend(ulong index)
    {
        if (index != Last + 1)
        {
            return false;
        }

        Last = index;
        return true;
    }

    /// <summary>Forgets the entries from one on; false when that is beyond the end or in the snapshot.</summary>
    public bool TryTruncate(ulong from)
    {
        if (from <= SnapshotIndex || from > Last + 1)
        {
            return false;
        }

        Last = from - 1;
        return true;
    }

    /// <summary>
    /// Stands on a snapshot; false when it is older than the one before, or does not fit the entries. To keep entries that an
    /// earlier snapshot let go can be asked for, but not be had: they may be deleted.
    /// </summary>
    public bool TryUse(ulong index, ulong keepFrom, bool replacesLog)
    {
        bool fits = replacesLog ? keepFrom == index + 1 : index <= Last && keepFrom >= 1 && keepFrom <= index + 1;
        if (!fits || index == 0 || index < SnapshotIndex)
        {
            return false;
        }

        SnapshotIndex = index;
        KeepFrom = Math.Max(keepFrom, KeepFrom);
        Last = replacesLog ? index : Last;
        return true;
    }
}
