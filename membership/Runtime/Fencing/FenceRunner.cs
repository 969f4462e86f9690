using System.Diagnostics;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.Fencing;

/// <summary>Has committed fence attempts carried out, and reports each exactly once, whatever the driver does.</summary>
/// <param name="driver">Runs the agents.</param>
/// <param name="finished">Takes the outcome.</param>
/// <param name="logger">Tells people.</param>
internal sealed class FenceRunner(IFenceDriver driver, Action<FenceOrder, AttemptOutcome> finished, ILogger logger)
    : IAsyncDisposable
{
    /// <summary>How long a driver may take to end after its deadline before it is given up.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Begins an attempt on the thread pool.</summary>
    public void Start(FenceOrder order)
    {
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            Task task = Task.Run(() => RunAsync(order));
            _running.Add(task);
            _ = task.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Cancels what runs; its outcome stays unknown to the cluster, which verifies it by another executor.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Ended(Task task)
    {
        lock (_gate)
        {
            _running.Remove(task);
        }
    }

    private async Task RunAsync(FenceOrder order)
    {
        RuntimeLog.FenceBegins(
            logger, order.Operation.ToString(), order.Attempt, order.Action.ToString(), order.Target, order.Level);
        long start = Stopwatch.GetTimestamp();
        AttemptOutcome outcome;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        deadline.CancelAfter(order.Deadline);
        try
        {
            outcome = await driver.ExecuteAsync(order, deadline.Token)
                .WaitAsync(order.Deadline + s_grace, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            bool late = e is TimeoutException || deadline.IsCancellationRequested;
            outcome = new AttemptOutcome(
                Succeeded: false,
                Evidence.None,
                late ? "timed-out" : "unknown",
                late ? $"the agent gave no result within {order.Deadline.TotalSeconds:0.###} s" : $"the agent failed: {e.Message}",
                Device: "",
                Stopwatch.GetElapsedTime(start));
        }

        RuntimeLog.FenceEnded(
            logger,
            order.Operation.ToString(),
            order.Attempt,
            order.Target,
            outcome.Succeeded ? $"succeeded ({outcome.Evidence})" : $"failed ({outcome.Failure})",
            outcome.Detail);
        finished(order, outcome);
    }
}
