namespace Cluster.Api.Server.Joining;

/// <summary>An operator's wish that this node leaves the cluster in order and its daemon ends.</summary>
internal sealed class LeaveOrder
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when it is asked for.</summary>
    public Task Asked => _asked.Task;

    public void Ask() => _asked.TrySetResult();
}
