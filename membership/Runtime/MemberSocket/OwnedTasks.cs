using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.MemberSocket;

/// <summary>Keeps tasks until they have ended, and logs what they throw.</summary>
internal sealed class OwnedTasks(ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>How many run.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _running.Count;
            }
        }
    }

    /// <summary>Keeps a task.</summary>
    public void Own(Task task)
    {
        Task observed = ObserveAsync(task);
        lock (_gate)
        {
            _running.Add(observed);
        }

        _ = observed.ContinueWith(
            Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Ends, without an exception, when all that run now have ended.</summary>
    public Task AllAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll([.. _running]);
        }
    }

    private void Forget(Task ended)
    {
        lock (_gate)
        {
            _running.Remove(ended);
        }
    }

    private async Task ObserveAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException
            or RuntimeStoppedException)
        {
            // The client or this daemon went away.
        }
        catch (Exception e)
        {
            RuntimeLog.ClientFailed(logger, e);
        }
    }
}
