namespace Cluster.Consensus;

// Sending a snapshot to a follower that needs entries which are gone (Raft §7), in chunks, beside everything else.
public sealed partial class RaftNode
{
    private readonly SnapshotPacer _pacer;
    private ulong _lastOffer;

    private void TickTransfers()
    {
        foreach (Peer peer in _peers.All)
        {
            if (peer.Progress.State == ProgressState.Snapshot)
            {
                SendSnapshot(peer);
            }
        }
    }

    private void SendSnapshot(Peer peer)
    {
        Progress progress = peer.Progress;
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
            SendChunk(peer, outgoing, offset: 0, length: 0);
        }

        while (_pacer.MaySend(_now)
            && outgoing.NextLength(_options.SnapshotChunkBytes, _options.MaxInflightSnapshotBytes) is > 0 and var length)
        {
            SendChunk(peer, outgoing, outgoing.Next, length);
            outgoing.Sent(length, _now);
            _pacer.Sent(length, _now);
        }
    }

    private void SendChunk(Peer peer, OutgoingSnapshot outgoing, long offset, int length)
    {
        ReadOnlyMemory<byte> data = outgoing.Snapshot.State.Slice((int)offset, length);
        Send(RaftMessage.SnapshotChunk(
            _self,
            peer.Id,
            _term,
            outgoing.Snapshot.Meta,
            outgoing.Offer,
            offset,
            data,
            Checksum.Of(data.Span)) with
        {
            Session = peer.Session,
        });
    }

    private void OnSnapshotResponse(in RaftMessage response, Peer peer)
    {
        if (!IsCurrent(response.Term) || _role != LogRole.Leader)
        {
            return;
        }

        Progress progress = peer.Progress;
        if (response.Granted)
        {
            // Everything in a snapshot is committed, so the follower's log can't be ahead of what is here.
            if (response.Index <= _commit)
            {
                Acknowledged(response.Index, peer);
            }
        }
        else if (progress.Outgoing is { } outgoing && outgoing.Offer == response.Context)
        {
            outgoing.Answered(response.Offset, response.Rejected, _now);
            SendSnapshot(peer);
        }
    }

    /// <summary>The first entry that a follower who is answering has not acknowledged.</summary>
    private LogIndex NeededByFollowers()
    {
        LogIndex needed = _log.LastIndex.Next;
        if (_role != LogRole.Leader)
        {
            return needed;
        }

        foreach (Peer peer in _peers.All)
        {
            bool isAnswering = IsAnswering(peer);
            if (isAnswering && peer.Progress.Needed is { } first && first < needed)
            {
                needed = first;
            }
        }

        return needed;
    }
}
