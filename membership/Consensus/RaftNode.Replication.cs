namespace Cluster.Consensus;

// Bringing the log to followers and learners (Raft §5.3): pipelined, within limits for each of them.
public sealed partial class RaftNode
{
    private void SendAppends()
    {
        foreach (Peer peer in _peers.All)
        {
            SendAppends(peer);
        }
    }

    private void SendAppends(Peer peer)
    {
        Progress progress = peer.Progress;
        if (progress.Next <= _log.Before || progress.State == ProgressState.Snapshot)
        {
            SendSnapshot(peer);
            return;
        }

        while (progress.CanSend && progress.Next <= _log.LastIndex)
        {
            LogIndex prev = progress.Next - 1;
            EntryRange entries = _log.Slice(progress.Next, progress.Room, out long bytes);
            progress.Sent(prev + (ulong)entries.Count, bytes, _now);
            peer.Told = _commit;
            Send(RaftMessage.AppendRequest(_self, peer.Id, _term, prev, _log.TermAt(prev), _commit, entries) with
            {
                Session = peer.Session,
            });
        }
    }

    private void OnAppendResponse(in RaftMessage response, Peer peer)
    {
        if (!IsCurrent(response.Term) || _role != LogRole.Leader)
        {
            return;
        }

        if (!response.Rejected)
        {
            Acknowledged(response.Index, peer);
        }
        else if (peer.Progress.Rejected(response.Index, _log.LastNotAbove(response.HintIndex, response.HintTerm)))
        {
            SendAppends(peer);
        }
    }

    private void Acknowledged(LogIndex match, Peer peer)
    {
        if (match <= _log.LastIndex && peer.Progress.Acknowledged(match, _now))
        {
            if (peer.Progress.State == ProgressState.Snapshot && match >= _log.Before)
            {
                peer.Progress.EndSnapshot();
            }

            AdvanceLeaderCommit();
            SendAppends(peer);
            AdvanceHandover();
        }
    }
}
