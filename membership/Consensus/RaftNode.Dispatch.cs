namespace Cluster.Consensus;

// Which message goes where, and which are not looked at.
public sealed partial class RaftNode
{
    // Whoever asks is listened to, a member of the configuration here or not: this node's may be an old one (Raft §6).
    private void Dispatch(in RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.PreVoteRequest:
                OnPreVoteRequest(message);
                break;
            case RaftMessageKind.VoteRequest:
                OnVoteRequest(message);
                break;
            case RaftMessageKind.AppendRequest:
                OnAppendRequest(message);
                break;
            case RaftMessageKind.Heartbeat:
                OnHeartbeat(message);
                break;
            case RaftMessageKind.TransferRequest:
                OnTransferRequest(message);
                break;
            case RaftMessageKind.SnapshotChunk:
                OnSnapshotChunk(message);
                break;
            case RaftMessageKind.ReadRequest:
                OnReadRequest(message);
                break;
            case RaftMessageKind.ReadResponse:
                OnReadResponse(message);
                break;
            case RaftMessageKind.Proposal:
                OnProposal(message);
                break;
            default:
                DispatchAnswer(message);
                break;
        }
    }

    // Answers count from nodes that were asked: those that take part.
    private void DispatchAnswer(in RaftMessage message)
    {
        Peer? peer = _peers.Find(message.From);
        bool disturbs = peer?.RemovedBy is not null && message.Term > _term;
        if (peer is null || disturbs)
        {
            return;
        }

        switch (message.Kind)
        {
            case RaftMessageKind.PreVoteResponse:
                OnPreVoteResponse(message, peer);
                break;
            case RaftMessageKind.VoteResponse:
                OnVoteResponse(message, peer);
                break;
            case RaftMessageKind.AppendResponse when IsOfThisSession(message, peer):
                OnAppendResponse(message, peer);
                break;
            case RaftMessageKind.HeartbeatResponse when IsOfThisSession(message, peer):
                OnHeartbeatResponse(message, peer);
                break;
            case RaftMessageKind.SnapshotResponse when IsOfThisSession(message, peer):
                OnSnapshotResponse(message, peer);
                break;
        }
    }

    // An answer in a later term says only that this term is over, whichever session it belongs to.
    private bool IsOfThisSession(in RaftMessage answer, Peer peer) =>
        answer.Session == peer.Session || answer.Term > _term || Breaks(RaftMutations.CountsOtherSessions);
}
