using Cluster.Consensus;

namespace Cluster.Membership;

/// <content>Going on from a snapshot: at start, or when the leader sent one because the entries this node needs are gone.</content>
public sealed partial class ClusterNode
{
    /// <summary>Reports that a snapshot of <see cref="NodeEffects.SnapshotSaves"/> is a file that survives a crash.</summary>
    public void SnapshotSaved(SnapshotMeta snapshot, MonotonicTime now)
    {
        Begin(now);
        _compactor.Finished(snapshot, saved: true, now);
        Log.SnapshotSaved(snapshot, now);
        Advance(now);
    }

    /// <summary>Reports that a snapshot of <see cref="NodeEffects.SnapshotSaves"/> could not be saved. The log stays as long as it is.</summary>
    public void SnapshotNotSaved(SnapshotMeta snapshot, MonotonicTime now)
    {
        Begin(now);
        _compactor.Finished(snapshot, saved: false, now);
        Log.SnapshotNotSaved(snapshot, now);
        Advance(now);
    }

    /// <summary>
    /// Puts the snapshot's state in the place of this node's, and does for each duty what the entries in between would have done.
    /// </summary>
    private void Restore(Snapshot snapshot, MonotonicTime now)
    {
        SortedDictionary<NodeId, Incarnation> before = [];
        foreach (NodeRecord node in State.Nodes)
        {
            before.Add(node.Id, node.Incarnation);
        }

        EventPosition last = State.Events.Last;
        State.Restore(snapshot.State, snapshot.Meta.Index, snapshot.Meta.Configuration);
        Effects.Restored = snapshot.Meta;
        _compactor.Restored(snapshot.Meta);
        _formerLeases.Restored(now);
        EmitMissedEvents(last);
        foreach (NodeRecord node in State.Nodes)
        {
            if (node.Incarnation != before.GetValueOrDefault(node.Id) && node.Incarnation != Incarnation.None)
            {
                _contacts.Renew(node.Id, now);
            }
        }

        // A lease stays as long as this life does: the leader that granted it waits for its end before it declares this node down (S2).
        NoticeOwnLife();
        _orders.Restored(Incarnation, Effects.FenceCancels);

        // Requests that were decided among what was left out: their entries will not be seen here. Asking again would find the same outcomes, but for ever
        // only as long as the history remembers them.
        foreach (ulong request in _requests.Numbers())
        {
            if (State.FindOutcome(_options.Self, request) is { } outcome)
            {
                Finish(request, outcome, now);
            }
        }
    }

    /// <summary>
    /// Subscribers see no gap: the events between are in the snapshot, mostly. If this node was away for longer than events are retained, they are told that
    /// events are missing, and start from a snapshot themselves.
    /// </summary>
    private void EmitMissedEvents(EventPosition last)
    {
        EventLog events = State.Events;
        if (last < events.DroppedThrough)
        {
            Effects.EventsDroppedThrough = events.DroppedThrough;
            Effects.Events.Clear();
        }

        for (int offset = events.OffsetAfter(last); offset < events.Count; offset++)
        {
            Effects.Events.Add(events[offset]);
        }
    }
}
