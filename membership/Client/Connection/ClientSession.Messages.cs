using Cluster.Client.Protocol;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Client.Connection;

/// <content>What the daemon's messages do.</content>
internal sealed partial class ClientSession
{
    private const string EventsMissed = "events were missed while the daemon could not be reached";

    /// <summary>Takes a message of the daemon, in order.</summary>
    /// <exception cref="MembershipException">The daemon refused this client for good.</exception>
    /// <exception cref="IOException">The daemon refused this connection.</exception>
    public void Take(ServerMessage message)
    {
        lock (_gate)
        {
            switch (message.KindCase)
            {
                case ServerMessage.KindOneofCase.Welcome:
                    TakeWelcome(message.Welcome);
                    break;
                case ServerMessage.KindOneofCase.Refused
                    when message.Refused.Reason is RefusalReason.Stopping or RefusalReason.Trimmed:
                    throw new IOException(message.Refused.Detail);
                case ServerMessage.KindOneofCase.Refused:
                    throw new MembershipException(message.Refused.Detail);
                case ServerMessage.KindOneofCase.Lease:
                    TakeLease(message.Lease, "the node has begun another incarnation");
                    break;
                case ServerMessage.KindOneofCase.Event:
                    TakeEvent(message.Event);
                    break;
                case ServerMessage.KindOneofCase.Result:
                    TakeResult(message.Result);
                    break;
                case ServerMessage.KindOneofCase.Ended when message.Ended.Incarnation == _incarnation.Value:
                    Enter(Incarnation.None, message.Ended.Reason);
                    break;
            }

            Publish(Current);
        }
    }

    private void TakeWelcome(Welcome welcome)
    {
        EventPosition after = welcome.EventsAfter.ToPosition();
        bool isFirst = Current.Version == 0;
        bool isFresh = isFirst || after > Current.Position;
        if (isFresh && !isFirst)
        {
            foreach (GroupStay stay in _stays)
            {
                stay.End(EventsMissed, outlived: true);
            }

            foreach (PendingRequest pending in _pending.Values)
            {
                if (pending is PendingJoin join)
                {
                    join.MissedThrough = after; // It may have been committed among what was missed.
                }
            }
        }

        TakeLease(welcome.Lease, "the daemon was restarted or the node was declared down");
        UpdateUsable();
        _connected = true;
        Publish(isFresh ? welcome.Snapshot.ToSnapshot(new NodeId(welcome.Node), welcome.Cluster) : Current);
        foreach (PendingRequest pending in _pending.Values)
        {
            _send(pending.Frame);
        }

        _welcomed.TrySetResult();
    }

    private void TakeLease(LeaseUpdate update, string reason)
    {
        Enter(new Incarnation(update.Incarnation), reason);
        if (update.Incarnation != 0)
        {
            Lease.Extend(update.DeadlineNs);
        }
    }

    private void Enter(Incarnation incarnation, string reason)
    {
        if (incarnation == _incarnation)
        {
            return;
        }

        // Blocked before the new deadline can be seen: nobody may use the new lease for what belongs to the old incarnation.
        Lease.SetUsable(false);
        Lease.Reset();
        _incarnation = incarnation;
        foreach (GroupStay stay in _stays)
        {
            if (stay.Incarnation != incarnation)
            {
                stay.End(reason, outlived: true);
            }
        }

        UpdateUsable();
    }

    private void TakeEvent(ClusterEvent clusterEvent)
    {
        var position = new EventPosition(clusterEvent.Index, clusterEvent.Ordinal);
        if (Current.Version == 0 || position <= Current.Position)
        {
            return;
        }

        Publish(Current.Apply(clusterEvent));
        if (GroupStay.GroupOf(clusterEvent) is not { } group)
        {
            return;
        }

        foreach (GroupStay stay in _stays)
        {
            if (stay.Group == group)
            {
                stay.Take(clusterEvent);
            }
        }

        foreach (PendingRequest pending in _pending.Values)
        {
            if (pending is PendingJoin join && join.Group == group)
            {
                join.Events.Add(clusterEvent);
            }
        }
    }

    private void TakeResult(RequestResult result)
    {
        if (!_pending.Remove(result.Request, out PendingRequest? pending))
        {
            return;
        }

        if (pending is PendingJoin join && result.Accepted)
        {
            var stay = new GroupStay(this, join.Group, new MemberId(result.Member), new Incarnation(result.Incarnation));
            join.Stay = stay;
            _stays.Add(stay);
            foreach (ClusterEvent clusterEvent in join.Events)
            {
                stay.Take(clusterEvent);
            }

            if (stay.Id.Value <= join.MissedThrough.Index)
            {
                // Its first start may be among what was missed: the group would wait for its acknowledgement for ever.
                stay.End(EventsMissed, outlived: true);
                UpdateUsable();
            }
            else if (stay.Incarnation != _incarnation)
            {
                stay.End("the node's incarnation ended while it joined", outlived: true);
                UpdateUsable();
            }

            if (join.Abandoned)
            {
                Undo(stay);
            }
        }

        pending.Answer.TrySetResult(result);
    }
}
