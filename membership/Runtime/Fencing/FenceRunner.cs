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
    private readonly Dictionary<(OperationId, uint), Run> _running = [];

    /// <summary>Begins an attempt on the thread pool.</summary>
    public void Start(FenceOrder order)
    {
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            Task task = Task.Run(() => RunAsync(order, over.Token));
            _running.Add((order.Operation, order.Attempt), new Run(task, over));
            _ = task.ContinueWith(
                _ => Ended(order), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>
    /// The ledger holds the end of this attempt already (a human's word came first, another executor took over): an agent that still works on it
    /// must not switch anything any more. Does nothing when none does.
    /// </summary>
    public void Cancel(OperationId operation, uint attempt)
    {
        lock (_gate)
        {
            if (_running.TryGetValue((operation, attempt), out Run? run))
            {
                _ = run.Over.CancelAsync();
            }
        }
    }

    /// <summary>This node's life is over: nothing it was asked for is its to do any more.</summary>
    public void CancelAll()
    {
        lock (_gate)
        {
            foreach (Run run in _running.Values)
            {
                _ = run.Over.CancelAsync();
            }
        }
    }

    /// <summary>Cancels what runs; its outcome stays unknown to the cluster, which verifies it by another executor.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (_gate)
        {
            running = [.. _running.Values.Select(run => run.Task)];
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Ended(FenceOrder order)
    {
        lock (_gate)
        {
            if (_running.Remove((order.Operation, order.Attempt), out Run? run))
            {
                run.Over.Dispose();
            }
        }
    }

    private async Task RunAsync(FenceOrder order, CancellationToken over)
    {
        RuntimeLog.FenceBegins(
            logger, order.Operation.ToString(), order.Attempt, order.Action.ToString(), order.Target, order.Level);
        long start = Stopwatch.GetTimestamp();
        AttemptOutcome outcome;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(over);
        deadline.CancelAfter(order.Deadline);
        try
        {
            outcome = await driver.ExecuteAsync(order, deadline.Token)
                .WaitAsync(order.Deadline + s_grace, over).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Which of the token's listeners runs first is not certain: the driver must hear of it before its own token is disposed of.
            await deadline.CancelAsync().ConfigureAwait(false);
            RuntimeLog.FenceCancelled(logger, order.Operation.ToString(), order.Attempt, order.Target);
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

    private sealed record Run(Task Task, CancellationTokenSource Over);
}
