using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Runtime.Loop;

/// <summary>Something to be done on the loop's thread; what it is, the core knows.</summary>
internal abstract class LoopCall
{
    /// <summary>Whether the thread that makes the call may run the core with it, when the loop sleeps (<see cref="Inbox"/>).</summary>
    public virtual bool MayVisit => false;

    /// <summary>The loop ended before the call ran, or before its answer was known.</summary>
    public virtual void Abandon(Exception reason)
    {
    }
}

/// <summary>Something to be done with the node.</summary>
internal abstract class NodeCall : LoopCall
{
    /// <summary>Runs on the loop's thread.</summary>
    public abstract void Run(NodeLoop loop, MonotonicTime now);
}

/// <summary>A command, and who waits for its outcome.</summary>
internal sealed class SubmitCall(Command command) : NodeCall
{
    private readonly TaskCompletionSource<CommandOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _request;
    private bool _forgotten;

    public Task<CommandOutcome> Outcome => _outcome.Task;

    /// <inheritdoc/>
    public override bool MayVisit => true;

    public override void Run(NodeLoop loop, MonotonicTime now)
    {
        if (!_forgotten)
        {
            _request = loop.Node.Submit(command, now);
            loop.Requests.Add(_request, this);
        }
    }

    public override void Abandon(Exception reason) => _outcome.TrySetException(reason);

    public void Answer(CommandOutcome outcome) => _outcome.TrySetResult(outcome);

    /// <summary>Nobody waits any more. On the loop's thread.</summary>
    public void Forget(NodeLoop loop)
    {
        _forgotten = true;
        if (_request != 0 && loop.Requests.Remove(_request))
        {
            loop.Node.Forget(_request);
        }
    }
}

/// <summary>Stops asking for a command.</summary>
internal sealed class ForgetCall(SubmitCall submission) : NodeCall
{
    public override void Run(NodeLoop loop, MonotonicTime now) => submission.Forget(loop);
}

/// <summary>Looks at the node.</summary>
internal sealed class ReadCall<T>(Func<ClusterNode, MonotonicTime, T> read) : NodeCall
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Result => _result.Task;

    public override void Run(NodeLoop loop, MonotonicTime now)
    {
        try
        {
            _result.TrySetResult(read(loop.Node, now));
        }
        catch (Exception e)
        {
            // The reader's mistake, not the core's.
            _result.TrySetException(e);
        }
    }

    public override void Abandon(Exception reason) => _result.TrySetException(reason);
}

/// <summary>What came of a fence order.</summary>
internal sealed class AttemptFinishedCall(FenceOrder order, AttemptOutcome outcome) : NodeCall
{
    public override void Run(NodeLoop loop, MonotonicTime now) =>
        loop.Node.AttemptFinished(order.Operation, order.Attempt, outcome, now);
}

/// <summary>A member of this node's former life is proven gone.</summary>
internal sealed class MemberExitedCall(MemberId member) : NodeCall
{
    public override void Run(NodeLoop loop, MonotonicTime now) => loop.Node.MembersExited([member], now);
}

/// <summary>A snapshot is a file, or could not be made one.</summary>
internal sealed class SnapshotFinishedCall(SnapshotMeta snapshot, bool saved) : NodeCall
{
    public override void Run(NodeLoop loop, MonotonicTime now)
    {
        if (saved)
        {
            loop.Node.SnapshotSaved(snapshot, now);
        }
        else
        {
            loop.Node.SnapshotNotSaved(snapshot, now);
        }
    }
}

/// <summary>A timing is on disk.</summary>
internal sealed class TimingStoredCall(StoredTiming stored) : NodeCall
{
    public override void Run(NodeLoop loop, MonotonicTime now) => loop.Node.TimingStored(stored, now);
}
