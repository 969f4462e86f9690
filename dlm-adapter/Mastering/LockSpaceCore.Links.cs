using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <content>
/// Messages to and from the other members. Which generation a message belongs to is looked at where it matters: what builds the
/// directory, moves locks or names masters counts only in its own generation, and is dropped in any other. A user's operation and
/// its answer stay valid across generations while both ends live: a master that survives keeps its locks. A message of a
/// generation that has not started here waits for that start, with everything behind it.
/// </content>
public sealed partial class LockSpaceCore
{
    // Senders that are not members yet: they learnt of a start before this member did.
    private const int MaxEarlySenders = 1024;

    private readonly SortedDictionary<MemberId, PeerLink> _links = [];
    private long _messagesSent;
    private long _messagesReceived;

    private void Send(MemberId to, LockMessageBody body)
    {
        Invariant.Check(to != Self, "a member does not send messages to itself");
        if (!_links.TryGetValue(to, out PeerLink? link))
        {
            return; // it has departed: nothing is owed to it
        }

        var sent = new PeerLink.Unacknowledged(++link.LastSent, Generation, body);
        if (link.Outbox.Count == 0)
        {
            link.ResendAt = _now + _options.RetransmitAfter;
            Arm(link.ResendAt);
        }

        link.Outbox.Enqueue(sent);
        Emit(link, sent);
    }

    private void Emit(PeerLink link, PeerLink.Unacknowledged sent)
    {
        Effects.Messages.Add(
            new OutgoingMessage(link.Peer, new LockMessage(sent.Generation, sent.Sequence, link.LastTaken, sent.Body)));
        link.AcknowledgeAt = null;
        link.TakenSinceAcknowledged = 0;
        _messagesSent++;
    }

    private void Acknowledge(PeerLink link)
    {
        Effects.Messages.Add(new OutgoingMessage(link.Peer, new LockMessage(Generation, 0, link.LastTaken, null)));
        link.AcknowledgeAt = null;
        link.TakenSinceAcknowledged = 0;
        _messagesSent++;
    }

    private void Resend(MemberId peer, int most)
    {
        if (!_links.TryGetValue(peer, out PeerLink? link) || Mutated(LockSpaceMutations.NeverRetransmit))
        {
            return;
        }

        int resent = 0;
        foreach (PeerLink.Unacknowledged sent in link.Outbox)
        {
            if (resent++ == most)
            {
                break;
            }

            Emit(link, sent);
        }

        if (resent == 0)
        {
            Acknowledge(link); // the peer may wait for one that the old connection lost
            return;
        }

        link.ResendAt = _now + _options.RetransmitAfter;
        Arm(link.ResendAt);
    }

    private void TickLinks()
    {
        foreach (PeerLink link in _links.Values)
        {
            if (link.Outbox.Count > 0 && _now >= link.ResendAt)
            {
                Resend(link.Peer, PeerLink.ResendOnTimeout);
            }

            if (link.AcknowledgeAt is { } due && _now >= due)
            {
                Acknowledge(link);
            }

            if (link.Outbox.Count > 0)
            {
                Arm(link.ResendAt);
            }

            if (link.AcknowledgeAt is { } next)
            {
                Arm(next);
            }
        }
    }

    private void TakeMessage(MemberId from, LockMessage message)
    {
        if (!_links.TryGetValue(from, out PeerLink? link))
        {
            if (message.Generation <= Generation || _links.Count - Members.Count >= MaxEarlySenders)
            {
                return; // a departed member's: too late
            }

            link = new PeerLink(from);
            _links.Add(from, link);
        }

        if (link.Acknowledge(message.Acknowledged))
        {
            link.ResendAt = _now + _options.RetransmitAfter;
        }

        if (message.Body is null)
        {
            return;
        }

        _messagesReceived++;
        bool inOrder = message.Sequence == link.LastTaken + 1;
        bool early = message.Generation > Generation || link.Early.Count > 0;
        if (!inOrder || (early && link.Early.Count >= _options.MaxEarlyMessages))
        {
            AcknowledgeSoon(link); // a repeat, or one is missing before it: it comes again
            return;
        }

        link.LastTaken = message.Sequence;
        AcknowledgeSoon(link);
        if (early)
        {
            link.Early.Enqueue(message);
        }
        else
        {
            Dispatch(from, message.Generation, message.Body);
        }

        if (++link.TakenSinceAcknowledged >= PeerLink.AcknowledgeEvery)
        {
            Acknowledge(link);
        }
    }

    private void AcknowledgeSoon(PeerLink link)
    {
        link.AcknowledgeAt ??= _now + _options.AcknowledgeAfter;
        Arm(link.AcknowledgeAt.Value);
    }

    private void TakeEarly(PeerLink link)
    {
        while (link.Early.TryPeek(out LockMessage? message) && message.Generation <= Generation)
        {
            link.Early.Dequeue();
            Dispatch(link.Peer, message.Generation, message.Body!);
        }
    }

    private void Dispatch(MemberId from, Generation generation, LockMessageBody body)
    {
        bool current = generation == Generation;
        switch (body)
        {
            case LockMessageBody.Completed completed:
                OnCompleted(
                    from,
                    generation,
                    new LockCompletion(
                        new LockId(Self, completed.Number),
                        completed.Operation,
                        completed.Status,
                        completed.Mode,
                        completed.Token,
                        completed.Demoted));
                break;
            case LockMessageBody.Blocking blocking:
                OnBlocking(blocking.Number, blocking.BlockedMode);
                break;
            case LockMessageBody.NotMaster refused:
                OnNotMaster(from, refused.Number, refused.Operation);
                break;
            case LockMessageBody.MasterIs found when current:
                OnMasterIs(found.Resource, found.Master, found.TokenFloor);
                break;
            case LockMessageBody.Mastered mastered when current:
                OnMastered(from, mastered.Resources);
                break;
            case LockMessageBody.Holding holding when current:
                OnHolding(from, holding.Locks);
                break;
            case LockMessageBody.PhaseDone done when current:
                OnPhaseDone(from, done);
                break;
            case LockMessageBody.Request or LockMessageBody.Convert or LockMessageBody.Cancel or LockMessageBody.Unlock:
                ServeOrDefer(from, generation, body);
                break;
            case LockMessageBody.Lookup or LockMessageBody.Forget when current:
                ServeOrDefer(from, generation, body);
                break;
            default:
                break; // of a generation that is over
        }
    }
}
