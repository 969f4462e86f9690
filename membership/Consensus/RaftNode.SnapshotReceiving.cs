namespace Cluster.Consensus;

// Receiving a snapshot from the leader (Raft §7): what arrives is kept across connections and leaders as long as the same
// snapshot is offered; complete and sound it is saved, then referred to, then it replaces the state.
public sealed partial class RaftNode
{
    private IncomingSnapshot? _incoming;

    // The term in which the snapshot that is being received was offered last.
    private Term _incomingTerm;

    private void OnSnapshotChunk(in RaftMessage chunk)
    {
        if (!IsWellFormedChunk(chunk))
        {
            return;
        }

        if (!Follow(chunk))
        {
            Send(RaftMessage.SnapshotResponse(_self, chunk.From, _term, chunk.Context, 0, isBehind: true));
            return;
        }

        if (!IsOfNewestSession(chunk))
        {
            return;
        }

        SnapshotMeta meta = chunk.Snapshot!;
        if (meta.Index <= _commit || _log.Matches(meta.Index, meta.Term))
        {
            // Nothing in it that is not here.
            KnownAsCommitted(meta.Index);
            DropOvertakenTransfer();
            TellInstalled(meta.Index);
            return;
        }

        if (_foreignSave is { } saving && saving.Meta == meta)
        {
            SaveAgainIfFailed(saving);
            Answer(chunk, meta.Bytes, isBehind: false);
            return;
        }

        if (!TakesOver(meta))
        {
            return;
        }

        ChunkVerdict verdict = _incoming!.Accept(
            chunk.Offset, chunk.Data.Span, chunk.Checksum, Breaks(RaftMutations.IgnoresChunkChecksums));
        if (_incoming.IsComplete && !_incoming.IsSound)
        {
            // Each chunk was sound and the whole is not: begin anew.
            _incoming = new IncomingSnapshot(meta);
            verdict = ChunkVerdict.Damaged;
        }

        Answer(chunk, _incoming.Received, isBehind: verdict is ChunkVerdict.Gap or ChunkVerdict.Damaged);
        SaveIfComplete();
    }

    // True when the chunk's snapshot is the one being received, or takes the place of another.
    private bool TakesOver(SnapshotMeta meta)
    {
        if (_incoming is { } incoming)
        {
            if (incoming.Meta == meta)
            {
                _incomingTerm = _term;
                return true;
            }

            if (_incomingTerm == _term && meta.Index <= incoming.Meta.Index)
            {
                // A leader goes over to newer snapshots only: this chunk is a late one.
                return false;
            }
        }

        _incoming = new IncomingSnapshot(meta);
        _incomingTerm = _term;
        return true;
    }

    private void SaveIfComplete()
    {
        // One at a time; one that could not be saved makes way for a newer one.
        if (_incoming is { IsSound: true } complete && (_foreignSave is null || _foreignSaveFailed))
        {
            _incoming = null;
            _foreignSave = new Snapshot(complete.Meta, complete.State);
            _foreignSaveFailed = false;
            Save(_foreignSave);
        }
    }

    private void SaveAgainIfFailed(Snapshot snapshot)
    {
        if (_foreignSaveFailed)
        {
            _foreignSaveFailed = false;
            Save(snapshot);
        }
    }

    // Entries may arrive by themselves and make the rest of a snapshot useless.
    private void DropOvertakenTransfer()
    {
        if (_incoming?.Meta.Index <= _commit)
        {
            _incoming = null;
        }
    }

    private void Answer(in RaftMessage chunk, long received, bool isBehind) =>
        Send(RaftMessage.SnapshotResponse(_self, chunk.From, _term, chunk.Context, received, isBehind) with
        {
            Session = chunk.Session,
        });

    // Everything up to the index is here; the leader may count it once it is on disk.
    private void TellInstalled(LogIndex index)
    {
        if (!_leader.IsNone && _leader != _self && index <= _received)
        {
            SendOnceDurable(index, RaftMessage.SnapshotInstalled(_self, _leader, _term, index) with { Session = _session });
        }
    }

    private bool IsWellFormedChunk(in RaftMessage chunk) =>
        chunk.Snapshot is { } meta
        && meta.Index > LogIndex.Zero
        && meta.Index.Value <= ulong.MaxValue / 2
        && meta.Term <= chunk.Term
        && meta.Bytes >= 0
        && meta.Bytes <= _options.MaxSnapshotBytes;
}
