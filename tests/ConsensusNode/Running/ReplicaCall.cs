using Cluster.Consensus;
using Cluster.Runtime.Loop;

namespace Cluster.ConsensusNode.Running;

/// <summary>Does something with a <see cref="ReplicaCore"/> on its thread and passes the result on.</summary>
internal abstract class ReplicaCall : LoopCall
{
    /// <summary>Runs on the loop's thread.</summary>
    public abstract void Run(ReplicaCore core, MonotonicTime now);
}

/// <inheritdoc/>
internal sealed class ReplicaCall<T>(Func<ReplicaCore, MonotonicTime, T> look) : ReplicaCall
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was found.</summary>
    public Task<T> Result => _result.Task;

    /// <inheritdoc/>
    public override void Run(ReplicaCore core, MonotonicTime now)
    {
        try
        {
            _result.SetResult(look(core, now));
        }
        catch (Exception e)
        {
            _result.SetException(e);
        }
    }

    /// <inheritdoc/>
    public override void Abandon(Exception reason) => _result.TrySetException(reason);
}
