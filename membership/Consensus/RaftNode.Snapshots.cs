namespace Cluster.Consensus;

// Taking snapshots and letting the log go that they replace (Raft §7). A snapshot is saved as a file by the shell; only then does a write of
// the log refer to it; only when that write is on disk is anything dropped. A crash between any two of these steps leaves a log
// that begins with a snapshot that is whole.
public sealed partial class RaftNode
{
    // What the log begins with, or is going to once the write that refers to it is on disk.
    private Snapshot? _snapshot;

    // This node's own state, and a state that was received, on their way to a file.
    private Snapshot? _ownSave;
    private Snapshot? _foreignSave;
    private bool _foreignSaveFailed;

    // A received state that takes the place of this node's once the write that refers to it is on disk.
    private Snapshot? _restoring;
    private ulong _restoreTicket;

    // Entries that may be forgotten once the write that refers to their snapshot is on disk.
    private LogIndex _dropThrough;
    private ulong _dropTicket;

    // What the owner has been given in Effects; behind the commit index while a restore waits for the disk.
    private LogIndex _delivered;

    private LogIndex SnapshotIndex => _snapshot?.Meta.Index ?? LogIndex.Zero;

    /// <inheritdoc/>
    public bool Compact(LogIndex through, ReadOnlyMemory<byte> state, MonotonicTime now)
    {
        Observe(now);
        Invariant.Check(through <= _delivered, "a snapshot holds the effects of committed entries only");
        if (_ownSave is not null || through <= SnapshotIndex)
        {
            return false;
        }

        if (state.Length > _options.MaxSnapshotBytes)
        {
            throw new ArgumentException(
                $"a state of {state.Length} bytes was to be saved, but nodes take at most {_options.MaxSnapshotBytes}: raise " +
                $"{nameof(RaftOptions.MaxSnapshotBytes)} on all nodes",
                nameof(state));
        }

        LogIndex index = Breaks(RaftMutations.CompactsBeyondApplied) ? _log.LastIndex : through;
        var meta = new SnapshotMeta(
            index, _log.TermAt(index), _configurations.At(index), state.Length, Checksum.Of(state.Span));
        _ownSave = new Snapshot(meta, state);
        Save(_ownSave);
        FlushProposals();
        return true;
    }

    /// <inheritdoc/>
    public void SnapshotSaved(SnapshotMeta meta, MonotonicTime now)
    {
        Observe(now);
        if (_ownSave is { } own && own.Meta == meta)
        {
            _ownSave = null;
            Use(own);
        }

        if (_foreignSave is { } foreign && foreign.Meta == meta)
        {
            _foreignSave = null;
            Use(foreign);
            TellInstalled(meta.Index);
            DropOvertakenTransfer();
            SaveIfComplete();
        }

        FlushProposals();
    }

    /// <inheritdoc/>
    public void SnapshotNotSaved(SnapshotMeta meta, MonotonicTime now)
    {
        Observe(now);
        if (_ownSave?.Meta == meta)
        {
            _ownSave = null;
        }

        // It stays in memory: the leader's next offer makes another attempt.
        _foreignSaveFailed |= _foreignSave?.Meta == meta;
        SaveIfComplete();
    }

    private void StartFrom(Snapshot? snapshot)
    {
        _snapshot = snapshot;
        _commit = SnapshotIndex;
        _received = SnapshotIndex;
        _leaderCommit = SnapshotIndex;
        _delivered = SnapshotIndex;
        Effects.Restored = snapshot;
    }

    private void Save(Snapshot snapshot)
    {
        Effects.SnapshotSaves.Add(snapshot);
        if (Breaks(RaftMutations.ReferencesSnapshotsBeforeSaved))
        {
            Use(snapshot);
        }
    }

    // The file is there: has the log begin with it.
    private void Use(Snapshot snapshot)
    {
        SnapshotMeta meta = snapshot.Meta;
        if (meta.Index <= SnapshotIndex)
        {
            return;
        }

        // Whoever holds the snapshot's last entry holds everything before it (log matching, Raft §5.3).
        bool isInLog = meta.Index <= _commit || _log.Matches(meta.Index, meta.Term);
        _snapshot = snapshot;
        ulong ticket = ++_lastTicket;
        bool keepsConflict = Breaks(RaftMutations.InstallKeepsConflictingEntries) && meta.Index <= _log.LastIndex;
        if (isInLog || keepsConflict)
        {
            KnownAsCommitted(meta.Index);
            LogIndex keepFrom = KeepFrom(meta.Index);
            Effects.Writes.Add(LogWrite.UseSnapshot(ticket, meta, keepFrom, replacesLog: false));
            _configurations.DropBefore(meta.Index);
            _dropThrough = keepFrom - 1;
            _dropTicket = ticket;
            return;
        }

        // Nothing in this log from the snapshot's last entry on, and nothing that differs before it, was ever committed: what is
        // committed agrees with the snapshot, and would make the log hold its last entry.
        Invariant.Check(_role != LogRole.Leader, "a leader's log holds everything that is committed");
        _log.Replace(ticket, meta.Index, meta.Term);
        _configurations.Restart(meta.Index, meta.Configuration);
        ApplyConfiguration();
        Effects.Writes.Add(LogWrite.UseSnapshot(ticket, meta, meta.Index.Next, replacesLog: true));
        _dropTicket = 0;
        _restoring = snapshot;
        _restoreTicket = ticket;
        _commit = meta.Index;
        KnownAsCommitted(meta.Index);
    }

    private void SnapshotPersisted(ulong ticket)
    {
        if (_restoring is { } restored && _restoreTicket <= ticket)
        {
            _restoring = null;
            Effects.Committed.Clear();
            Effects.Restored = restored;
            _delivered = restored.Meta.Index;
            Deliver();
        }

        if (_dropTicket != 0 && _dropTicket <= ticket)
        {
            _dropTicket = 0;
            _log.DropThrough(_dropThrough);
        }
    }

    // Every leader of this term or a later one holds what is committed (leader completeness, Raft §5.4.3).
    private void KnownAsCommitted(LogIndex index)
    {
        Received(index);
        _leaderCommit = index > _leaderCommit ? index : _leaderCommit;
        Commit(index);
    }

    /// <summary>
    /// The first entry that stays: those behind which followers usually are, and those that followers who are answering still need,
    /// so that nobody who gets along with entries has to be sent a snapshot. Bounded in bytes.
    /// </summary>
    private LogIndex KeepFrom(LogIndex index)
    {
        ulong trailing = (ulong)_options.TrailingEntries;
        LogIndex wanted = index.Value <= trailing ? LogIndex.Zero.Next : index.Next - trailing;
        LogIndex needed = NeededByFollowers();
        wanted = needed < wanted ? needed : wanted;

        // What a reference that is on its way to disk lets go can't be kept by the next one.
        LogIndex gone = _dropThrough > _log.Before ? _dropThrough : _log.Before;
        wanted = wanted > gone ? wanted : gone.Next;

        LogIndex keepFrom = index.Next;
        long bytes = 0;
        while (keepFrom > wanted)
        {
            bytes += RaftLog.SizeOf(_log[keepFrom - 1]);
            if (bytes > _options.MaxTrailingBytes)
            {
                break;
            }

            keepFrom -= 1;
        }

        return keepFrom;
    }
}
