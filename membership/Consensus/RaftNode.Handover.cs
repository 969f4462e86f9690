namespace Cluster.Consensus;

/*
Targeted transfer of leadership (thesis §3.10), and why it breaks no promise (S2).

ConfirmedUntil says: nobody else is elected before this time. It rests on voters that keep quiet for a minimum election timeout after
each heartbeat (RaftNode.Patience.cs). A transfer has the successor stand, and the voters vote, in spite of that patience. So:

1. From the moment a transfer begins, Status tells no ConfirmedUntil (DistantPast); the successor is asked to stand only at
   _handOverAt, when everything told before has run out on this machine's clock, which is the clock it was told in.
2. A voter makes an exception from its patience only for a successor of the leader of the term before (request.Term = own term + 1).
   Patience promised to leaders of earlier terms has run out: that leader was elected in spite of it.
3. A transfer that is given up must not come back: request and votes may still be on their way. The leader counts the transfers it has given
   up in its term (Handovers). Requests carry the count as of their beginning, heartbeats the present one, and who has heard a greater
   count makes no exception for a smaller one. After giving up, the leader counts only answers to heartbeats sent later
   (_promiseFloor): a majority that answered them knows the new count, so no vote for the old transfer can win any more, and who
   had voted before is in a later term and answers nothing in this one.
4. A voter that restarts has forgotten the count, but makes no exception while it abstains; by then the promise it had
   forgotten has run out too.

ConfirmedAt goes on being told: that a majority followed this leader at that time stays true whoever is elected later.
*/
public sealed partial class RaftNode
{
    // On a leader: who is to lead next, or none.
    private NodeId _successor;
    private MonotonicTime _handOverAt;
    private MonotonicTime _giveUpAt;
    private MonotonicTime _askSuccessorAt;

    // On a leader: how many transfers it has given up in this term. On others: the greatest count heard from the leader of this term.
    private uint _handovers;

    // On a leader: answers to earlier heartbeats promise nothing.
    private MonotonicTime _promiseFloor = MonotonicTime.DistantPast;

    // On a candidate: the leader of the term before asked it to stand, and had given up so many transfers.
    private bool _isSuccessor;
    private uint _successorHandovers;

    private bool IsHandingOver => !_successor.IsNone;

    private bool HasGivenUpPromise => IsHandingOver && !Breaks(RaftMutations.KeepsLeaseWhileHandingOver);

    // Proposals are taken until the successor may be asked to stand, so that commits stop only for the election.
    private bool IsClosedForHandover => IsHandingOver && _now >= _handOverAt;

    /// <inheritdoc/>
    public bool TryTransfer(NodeId to, MonotonicTime now, out string refusal)
    {
        Observe(now);
        string? problem = WhyNoTransfer(to);
        refusal = problem is null ? "" : $"the transfer of leadership to {to} was refused: {problem}";
        if (problem is null && !IsHandingOver)
        {
            BeginHandover(to);
            FlushProposals();
        }

        return problem is null;
    }

    private string? WhyNoTransfer(NodeId to)
    {
        if (_role != LogRole.Leader)
        {
            return _leader.IsNone ? "no leader is known: try again later" : $"this node does not lead: ask {_leader}";
        }

        if (to == _self)
        {
            return "this node leads already";
        }

        if (!Configuration.Voters.Contains(to))
        {
            return $"it is no voter that stays ({Configuration}): name another";
        }

        if (IsHandingOver && _successor != to)
        {
            return $"leadership is being handed to {_successor}: wait until that is done";
        }

        return _peers.Find(to) is { } peer && IsAnswering(peer) ? null : "it does not answer: name another";
    }

    private void BeginHandover(NodeId to)
    {
        bool waits = !Breaks(RaftMutations.KeepsLeaseWhileHandingOver);
        _handOverAt = waits ? MonotonicTime.Max(_now, MonotonicTime.Max(_quietUntil, PromisedUntil())) : _now;
        _giveUpAt = _handOverAt + _options.ElectionTimeoutMin;
        _askSuccessorAt = _handOverAt;
        _successor = to;
        AdvanceHandover();
    }

    private void AdvanceHandover()
    {
        if (!IsHandingOver || _now < _handOverAt)
        {
            return;
        }

        Peer? successor = _peers.Find(_successor);
        if (_now >= _giveUpAt || successor is null || !Configuration.Voters.Contains(_successor))
        {
            GiveUpHandover();
        }
        else if (_now >= _askSuccessorAt && successor.Progress.Match == _log.LastIndex)
        {
            _askSuccessorAt = _now + _options.HeartbeatInterval;
            Send(RaftMessage.TransferRequest(_self, _successor, _term, _log.LastIndex, _handovers));
        }
    }

    private void GiveUpHandover()
    {
        EndTransfer();
        if (!_peers.Electorate.HasSelf)
        {
            // It was removed, so it does not go on.
            BecomeFollower(NodeId.None);
            return;
        }

        if (Breaks(RaftMutations.HonoursAbortedTransfers))
        {
            return;
        }

        // Heartbeats from here on carry the new count; their stamps are later than those of all before.
        _handovers++;
        _now = new MonotonicTime(MonotonicTime.Max(_now, _lastBeatAt).Nanoseconds + 1);
        _promiseFloor = _now;
        foreach (Peer peer in _peers.All)
        {
            peer.Progress.ForgetPromises();
        }

        BroadcastHeartbeats();
    }

    private void EndTransfer() => _successor = NodeId.None;

    // The configuration that removes this leader is committed. The voter that has most comes next; without one, patience runs out.
    private void HandOverOnRemoval()
    {
        if (IsHandingOver)
        {
            return;
        }

        Peer? best = null;
        foreach (Peer peer in _peers.All)
        {
            if (IsAnswering(peer) && _peers.Electorate.Has(peer) && (best is null || peer.Progress.Match > best.Progress.Match))
            {
                best = peer;
            }
        }

        if (best is null)
        {
            BecomeFollower(NodeId.None);
        }
        else
        {
            BeginHandover(best.Id);
        }
    }

    private void KnowAbortedTransfers(uint handovers) => _handovers = Math.Max(_handovers, handovers);

    private void OnTransferRequest(in RaftMessage request)
    {
        bool isMine = request.Term == _term
            && _role == LogRole.Follower
            && request.From == _leader
            && request.Handovers >= _handovers
            && request.Index <= _log.LastIndex
            && Configuration.Voters.Contains(_self);
        if (isMine && !HasForgotten && !_isNewcomer)
        {
            _successorHandovers = request.Handovers;
            BecomeCandidate(isSuccessor: true);
        }
    }

    private RaftMessage AskForVote(NodeId voter)
    {
        RaftMessage request = RaftMessage.VoteRequest(_self, voter, _term, _log.LastIndex, _log.LastTerm);
        return _isSuccessor ? request with { IsSuccessor = true, Handovers = _successorHandovers } : request;
    }

    /// <summary>True when the leader this voter is patient with has asked the candidate to stand, and has not given that up.</summary>
    private bool IsHandedOver(in RaftMessage request)
    {
        if (!request.IsSuccessor || request.Term != _term.Next || HasForgotten)
        {
            return false;
        }

        return _role == LogRole.Leader
            ? request.From == _successor && IsClosedForHandover && request.Handovers == _handovers
            : request.Handovers >= _handovers;
    }
}
