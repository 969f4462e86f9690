using System.Runtime.InteropServices;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Feed;
using Cluster.Runtime.Fencing;
using Cluster.Runtime.Links;
using Cluster.Runtime.Processes;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.Loop;

/// <summary>
/// Hands the effects of a step to those who carry them out, and publishes what changed. Runs on the loop's thread; never waits.
/// </summary>
internal sealed class EffectCarrier(
    LogThread log,
    SnapshotThread snapshots,
    SnapshotBoard board,
    PeerLinks links,
    EventFeed feed,
    LeaseBoard lease,
    FenceRunner fences,
    ExitProver exits,
    TimingStore timings,
    ILogger logger)
{
    private NodeRuntimeStatus _status = new(default, Incarnation.None, MonotonicTime.DistantPast, false, 0, 0, FeatureLevels.First);
    private string? _refusal;

    /// <summary>What was last published. From any thread.</summary>
    public NodeRuntimeStatus Status => Volatile.Read(ref _status);

    public void CarryOut(NodeLoop loop, MonotonicTime now)
    {
        NodeEffects effects = loop.Node.Effects;
        foreach (ref readonly RaftMessage message in CollectionsMarshal.AsSpan(effects.RaftMessages))
        {
            links.Send(in message);
            if (message.Kind == RaftMessageKind.SnapshotChunk)
            {
                board.Sent(message.Data.Length);
            }
        }

        foreach (PeerMessage message in effects.Messages)
        {
            links.Send(message);
        }

        // Before the own write is begun: the others' writes are what a commit waits for longest.
        links.Flush();
        CarryOutLog(effects);
        Publish(loop.Node, effects, now);
        CancelFences(effects);
        foreach (FenceOrder order in effects.FenceOrders)
        {
            fences.Start(order);
        }

        if (effects.TimingToStore is { } timing)
        {
            timings.Store(timing);
        }

        foreach (ExitQuestion question in effects.ExitQuestions)
        {
            exits.Ask(question);
        }

        // Last, so that whoever learns an outcome finds its consequences published.
        foreach ((ulong request, CommandOutcome outcome) in effects.Outcomes)
        {
            if (loop.Requests.Remove(request, out SubmitCall? call))
            {
                call.Answer(outcome);
            }
        }

        effects.Clear();
    }

    /// <summary>Goes by other durations from now on.</summary>
    public void Retime(MembershipTiming timing) => links.HeartbeatInterval = timing.HeartbeatInterval;

    /// <summary>Counts what arrived of snapshots.</summary>
    public void NoteReceived(in RaftMessage message)
    {
        if (message.Kind == RaftMessageKind.SnapshotChunk)
        {
            board.Received(message.Data.Length);
        }
    }

    private void CarryOutLog(NodeEffects effects)
    {
        if (effects.Writes.Count > 0)
        {
            log.Enqueue(effects.Writes);
            foreach (LogWrite write in effects.Writes)
            {
                if (write.Kind == LogWriteKind.UseSnapshot)
                {
                    board.Compacted();
                }
            }
        }

        if (effects.SnapshotSaves.Count > 0)
        {
            snapshots.Enqueue(effects.SnapshotSaves);
        }
    }

    private void Publish(ClusterNode node, NodeEffects effects, MonotonicTime now)
    {
        if (effects.Restored is { } snapshot)
        {
            board.Restored();
            RuntimeLog.Restored(logger, snapshot.Index.Value, snapshot.Bytes);
        }

        if (effects.EventsDroppedThrough is { } dropped)
        {
            feed.Restart(dropped);
        }

        feed.Append(effects.Events);
        if (effects.Events.Count > 0 || effects.Restored is not null)
        {
            links.Observe(node.State);
        }

        if (effects.PeersChanged)
        {
            links.Update([.. node.State.Nodes.Select(PeerOf)]);
        }

        PublishLease(node, effects.IncarnationEnded, effects.StaysEnded);
        PublishStatus(node, now, effects.Events.Count > 0 || effects.Restored is not null);
        if (effects.JoinRefused is { } refusal && refusal != _refusal)
        {
            // One line for each reason, not for each attempt.
            _refusal = refusal;
            RuntimeLog.JoinRefused(logger, refusal);
        }
    }

    private static NodePeer PeerOf(NodeRecord node)
    {
        List<PeerAddress> addresses = [];
        foreach (string text in node.Addresses)
        {
            if (PeerAddress.TryParse(text, out PeerAddress address))
            {
                addresses.Add(address);
            }
        }

        return new NodePeer(node.Id, node.Name, addresses);
    }

    /// <summary>Agents must not go on with attempts that the ledger holds for ended, nor for a life that is over.</summary>
    private void CancelFences(NodeEffects effects)
    {
        foreach (ClusterEvent clusterEvent in effects.Events)
        {
            if (clusterEvent.FenceAttemptEnded is { } ended)
            {
                fences.Cancel(new OperationId(ended.Operation), ended.Attempt);
            }
        }

        foreach ((OperationId operation, uint attempt) in effects.FenceCancels)
        {
            fences.Cancel(operation, attempt);
        }

        if (effects.IncarnationEnded is not null)
        {
            fences.CancelAll();
        }
    }

    private void PublishLease(ClusterNode node, string? ended, string? stopped)
    {
        LeaseView old = lease.Current;
        if (node.LeaseDeadline == old.Deadline
            && node.Incarnation == old.Incarnation
            && node.IsStoppedWithoutQuorum == old.IsStopped
            && ended is null
            && stopped is null)
        {
            return;
        }

        LeaseView view = old with { Incarnation = node.Incarnation, Deadline = node.LeaseDeadline, IsStopped = node.IsStoppedWithoutQuorum };
        if (stopped is not null)
        {
            RuntimeLog.StaysEnded(logger, stopped);
            view = view with { LastEnded = old.Incarnation, EndReason = stopped, Ends = old.Ends + 1 };
        }

        if (ended is not null)
        {
            RuntimeLog.IncarnationEnded(logger, old.Incarnation.Value, ended);
            view = view with { LastEnded = old.Incarnation, EndReason = ended, Ends = old.Ends + 1 };
        }

        if (view.Incarnation != old.Incarnation && view.Incarnation != Incarnation.None)
        {
            RuntimeLog.IncarnationBegan(logger, view.Incarnation.Value);
        }

        lease.Publish(view);
    }

    private void PublishStatus(ClusterNode node, MonotonicTime now, bool stateChanged)
    {
        NodeRuntimeStatus old = _status;
        ReplicatedLogStatus status = node.Log.Status;
        bool quorate = node.IsQuorate(now);
        if (!stateChanged
            && status == old.Log
            && node.Incarnation == old.Incarnation
            && node.LeaseDeadline == old.LeaseDeadline
            && node.State.FeatureLevel == old.FeatureLevel
            && quorate == old.IsQuorate)
        {
            return;
        }

        if (status.Term != old.Log.Term || status.Role != old.Log.Role || status.Leader != old.Log.Leader)
        {
            string leader = status.Leader.Value == 0 ? "no leader is known" : $"the leader is node {status.Leader.Value}";
            RuntimeLog.Role(logger, status.Term.Value, status.Role.ToString(), leader);
        }

        if (node.State.FeatureLevel != old.FeatureLevel)
        {
            links.FeatureFloor = node.State.FeatureLevel;
            RuntimeLog.FeatureLevelReached(logger, node.State.FeatureLevel, FeatureLevels.Understood);
        }

        (int waiting, int open) = stateChanged ? Count(node.State) : (old.GroupsWaiting, old.OpenFenceOperations);
        Volatile.Write(
            ref _status,
            new NodeRuntimeStatus(status, node.Incarnation, node.LeaseDeadline, quorate, waiting, open, node.State.FeatureLevel));
    }

    private static (int GroupsWaiting, int OpenOperations) Count(ClusterState state)
    {
        int waiting = 0;
        foreach (GroupRecord group in state.Groups)
        {
            waiting += group.Phase is GroupPhase.Stopped or GroupPhase.Starting ? 1 : 0;
        }

        int open = 0;
        foreach (FenceOperation operation in state.Operations)
        {
            open += operation.Phase == FencePhase.Closed ? 0 : 1;
        }

        return (waiting, open);
    }
}
