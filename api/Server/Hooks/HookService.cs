using Cluster.Api.Server.Cluster;

namespace Cluster.Api.Server.Hooks;

/// <summary>
/// Runs executables of a folder for chosen events. It looks into the folder from time to time: a hook is added and taken away by its file.
/// Nothing waits for a hook but its own queue.
/// </summary>
internal sealed partial class HookService : IAsyncDisposable
{
    private readonly ICluster _cluster;
    private readonly HookOptions _options;
    private readonly ILogger _log;
    private readonly HookPositions _positions;
    private readonly SemaphoreSlim _places;
    private readonly HookMetrics _metrics = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SortedDictionary<string, HookQueue> _queues = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _told = new(StringComparer.Ordinal);
    private readonly Task _running;

    /// <summary>Begins.</summary>
    public HookService(ICluster cluster, HookOptions options, ILogger log)
    {
        _cluster = cluster;
        _options = options;
        _log = log;
        _positions = new HookPositions(options.PositionDirectory);
        _places = new SemaphoreSlim(options.AtOnce, options.AtOnce);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Ends all hooks.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await Task.WhenAll(_queues.Values.Select(queue => queue.DisposeAsync().AsTask())).ConfigureAwait(false);
        _places.Dispose();
        _metrics.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await LookAsync().ConfigureAwait(false);
            }
            catch (Exception error)
            {
                LogComplaint(_log, $"the hooks can't be looked at: {error.Message}");
            }

            await Task.Delay(_options.RescanEvery, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync()
    {
        (IReadOnlyList<Hook> hooks, IReadOnlyList<string> complaints) = HookFolder.Scan(_options.Directory);
        _metrics.Refused(complaints.Count);
        _told.IntersectWith(complaints);
        foreach (string complaint in complaints.Where(_told.Add))
        {
            LogComplaint(_log, complaint); // once, until it is mended
        }

        foreach (HookQueue gone in _queues.Values.Where(queue => !hooks.Contains(queue.Hook)).ToArray())
        {
            _queues.Remove(gone.Hook.Name);
            await gone.DisposeAsync().ConfigureAwait(false);
            if (!File.Exists(gone.Hook.Path) && complaints.Count == 0)
            {
                _positions.Forget(gone.Hook); // taken away on purpose, not out of sight for now
                LogGone(_log, gone.Hook.Name);
            }
        }

        foreach (Hook added in hooks.Where(hook => !_queues.ContainsKey(hook.Name)))
        {
            _queues.Add(added.Name, new HookQueue(added, _cluster, _options, _positions, _places, _metrics, _log));
            LogAdded(_log, added.Name);
        }
    }

    [LoggerMessage(5510, LogLevel.Warning, "{Complaint}")]
    private static partial void LogComplaint(ILogger log, string complaint);

    [LoggerMessage(5511, LogLevel.Information, "hook {Hook} is run from now on")]
    private static partial void LogAdded(ILogger log, string hook);

    [LoggerMessage(5512, LogLevel.Information, "hook {Hook} is gone")]
    private static partial void LogGone(ILogger log, string hook);
}
