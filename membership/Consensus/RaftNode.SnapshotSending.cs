namespace Cluster.Consensus;

// Sending a snapshot to a follower that needs entries which are gone (Raft §7), in chunks, beside everything else.
public sealed partial class RaftNode
{
    private readonly SnapshotPacer _pacer;
    private ulong _lastOffer;

    private void TickTransfers()
    {
        for (int i = 0; i < _voters.Length; i++)
        {
            if (_progress[i].State == ProgressState.Snapshot)
            {
                SendSnapshot(i);
            }
        }
    }

    private void SendSnapshot(int slot)
    {
        Progress progress = _progress[slot];
        if (progress.Outgoing is not { } outgoing || outgoing.Snapshot.Meta.Index < _log.Before)
        {
            // The first one, or one after which the follower would lack entries again. While the log still follows on it, one that is under
            // way is finished even if there is a newer one by now, or a slow follower would never get any.
            Invariant.Check(_snapshot is not null, "entries are dropped only when a snapshot replaces them");
            outgoing = new OutgoingSnapshot(_snapshot, _options.ElectionTimeoutMax);
            progress.BecomeSnapshot(outgoing);
        }

        if (outgoing.IsOfferDue(_now))
        {
            outgoing.Offered(++_lastOffer, _now);
            SendChunk(slot, outgoing, length: 0);
        }

        while (_pacer.MaySend(_now)
            && outgoing.NextLength(_options.SnapshotChunkBytes, _options.MaxInflightSnapshotBytes) is > 0 and var length)
        {
            SendChunk(slot, outgoing, length);
            outgoing.Sent(length, _now);
            _pacer.Sent(length, _now);
        }
    }

    private void SendChunk(int slot, OutgoingSnapshot outgoing, int length)
    {
        ReadOnlyMemory<byte> data = outgoing.Snapshot.State.Slice((int)outgoing.Next, length);
        Send(RaftMessage.SnapshotChunk(
            _self,
            _voters[slot],
            _term,
            outgoing.Snapshot.Meta,
            outgoing.Offer,
            outgoing.Next,
            data,
            Checksum.Of(data.Span)));
    }

    private void OnSnapshotResponse(in RaftMessage response, int slot)
    {
        if (!IsCurrent(response.Term) || _role != LogRole.Leader)
        {
            return;
        }

        Progress progress = _progress[slot];
        if (response.Granted)
        {
            // Everything in a snapshot is committed, so the follower's log can't be ahead of what is here.
            if (response.Index <= _commit)
            {
                Acknowledged(response.Index, slot);
            }
        }
        else if (progress.Outgoing is { } outgoing && outgoing.Offer == response.Context)
        {
            outgoing.Answered(response.Offset, response.Rejected, _now);
            SendSnapshot(slot);
        }
    }

    /// <summary>The first entry that a follower who is answering has not acknowledged.</summary>
    private LogIndex NeededByFollowers()
    {
        LogIndex needed = _log.LastIndex.Next;
        for (int i = 0; _role == LogRole.Leader && i < _voters.Length; i++)
        {
            bool isAnswering = i != _selfSlot && _now <= _progress[i].EchoedAt + _options.ElectionTimeoutMax;
            if (isAnswering && _progress[i].Needed is { } first && first < needed)
            {
                needed = first;
            }
        }

        return needed;
    }
}
