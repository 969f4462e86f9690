using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.Links;

/// <summary>What the loop has to have done but can't wait for: one after the other, on the pool, observed to its end.</summary>
internal sealed class BackgroundWork(ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<PeerPath, Task> _closing = new();
    private Task _last = Task.CompletedTask;
    private bool _disposed;

    /// <summary>Completes when all paths that were closed are.</summary>
    public Task Closing => Task.WhenAll(_closing.Values);

    /// <summary>Has something done after all that was asked for before. A failure is told.</summary>
    public void Run(string what, Func<Task> work)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _last = AfterAsync(_last, what, work);
            }
        }
    }

    /// <summary>Closes a path.</summary>
    public void Close(PeerPath path) => _closing[path] = Task.Run(async () =>
    {
        await path.DisposeAsync().ConfigureAwait(false);
        _closing.TryRemove(path, out _);
    });

    /// <summary>Takes nothing more, and waits for what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        Task last;
        lock (_gate)
        {
            _disposed = true;
            last = _last;
        }

        await last.ConfigureAwait(false);
    }

    private async Task AfterAsync(Task before, string what, Func<Task> work)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            RuntimeLog.BackgroundFailed(logger, what, e.Message);
        }
    }
}
