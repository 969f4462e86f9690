using System.Diagnostics;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Hooks;

/// <summary>
/// One hook's way through the events: one after another, in the cluster's order. It reads the events itself, so a hook that takes long delays nobody but itself;
/// what it has not reached waits in the cluster's log, not here.
/// </summary>
internal sealed partial class HookQueue : IAsyncDisposable
{
    /// <summary>Events of no interest are noted in passing, so that a restart need not read them all again.</summary>
    private const int NoteEvery = 1000;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly ICluster _cluster;
    private readonly HookOptions _options;
    private readonly HookPositions _positions;
    private readonly SemaphoreSlim _places;
    private readonly HookMetrics _metrics;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private EventPosition _position;
    private int _unnoted;

    public HookQueue(
        Hook hook, ICluster cluster, HookOptions options, HookPositions positions, SemaphoreSlim places, HookMetrics metrics, ILogger log)
    {
        Hook = hook;
        _cluster = cluster;
        _options = options;
        _positions = positions;
        _places = places;
        _metrics = metrics;
        _log = log;
        _running = Task.Run(RunAsync);
    }

    /// <summary>The hook.</summary>
    public Hook Hook { get; }

    /// <summary>Stops; a run that is under way is ended, and repeated when the daemon is back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        bool placed = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (!placed)
                {
                    await PlaceAsync().ConfigureAwait(false);
                    placed = true;
                }

                await foreach (ClusterEvent each in _cluster.WatchAsync(_position, _stop.Token).ConfigureAwait(false))
                {
                    await TakeAsync(each).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (EventsGoneException)
            {
                await SkipAsync().ConfigureAwait(false);
            }
            catch (Exception error)
            {
                LogTrouble(_log, Hook.Name, error.Message);
                await Task.Delay(RetryPause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (_unnoted > 0)
        {
            Note();
        }
    }

    /// <summary>Where it was left; a new hook begins with what happens from now on.</summary>
    private async Task PlaceAsync()
    {
        if (_positions.Read(Hook) is { } kept)
        {
            _position = kept;
            return;
        }

        _position = (await _cluster.ReadEventsAsync(EventPosition.Start, 0, _stop.Token).ConfigureAwait(false)).Last;
        _positions.Write(Hook, _position);
    }

    private async Task TakeAsync(ClusterEvent source)
    {
        CloudEvent document = EventProjection.Of(source, _cluster.Name);
        if (Hook.IsFor(document.Type))
        {
            await _places.WaitAsync(_stop.Token).ConfigureAwait(false);
            try
            {
                if (await RunAsync(document).ConfigureAwait(false) == HookEnd.Interrupted)
                {
                    throw new OperationCanceledException(_stop.Token);
                }
            }
            finally
            {
                _places.Release();
            }

            _unnoted = NoteEvery;
        }

        _position = Membership.EventLog.PositionOf(source);
        if (++_unnoted >= NoteEvery)
        {
            Note();
        }
    }

    private async Task<HookEnd> RunAsync(CloudEvent document)
    {
        // At the last moment: what was trusted when the folder was looked at may have changed since.
        if (FileTrust.Complaint(Hook.Path) is { } complaint)
        {
            LogTrouble(_log, Hook.Name, complaint);
            _metrics.Ran(Hook.Name, HookEnd.NotStarted, TimeSpan.Zero);
            return HookEnd.NotStarted;
        }

        byte[] input = HookFacts.Input(document);
        var output = new HookOutput(_options.OutputLines);
        long started = Stopwatch.GetTimestamp();
        (HookEnd end, string detail) = await HookRun.RunAsync(
            Hook.Path, input, HookFacts.Environment(document, input, _options), output, _options, _stop.Token).ConfigureAwait(false);
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        _metrics.Ran(Hook.Name, end, took);
        foreach (string line in output.Lines)
        {
            LogOutput(_log, Hook.Name, document.Id, line);
        }

        if (output.Dropped > 0)
        {
            LogOutput(_log, Hook.Name, document.Id, $"({output.Dropped} more lines)");
        }

        switch (end)
        {
            case HookEnd.Ok:
                LogRan(_log, Hook.Name, document.Id, took.TotalSeconds);
                break;
            case HookEnd.Interrupted:
                LogCutOff(_log, Hook.Name, document.Id);
                break;
            default:
                LogFailed(_log, Hook.Name, document.Id, document.Type, detail);
                break;
        }

        return end;
    }

    private async Task SkipAsync()
    {
        try
        {
            EventSlice slice = await _cluster.ReadEventsAsync(EventPosition.Start, 0, _stop.Token).ConfigureAwait(false);
            LogGap(_log, Hook.Name, _position.ToString(), slice.DroppedThrough.ToString());
            _metrics.Gap(Hook.Name);
            _position = slice.DroppedThrough > _position ? slice.DroppedThrough : _position;
            Note();
        }
        catch (Exception error) when (!_stop.IsCancellationRequested)
        {
            LogTrouble(_log, Hook.Name, error.Message);
            await Task.Delay(RetryPause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    private void Note()
    {
        _unnoted = 0;
        try
        {
            _positions.Write(Hook, _position);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It goes on: after a restart events are handed out again, which is what at least once means.
            LogTrouble(_log, Hook.Name, $"its position can't be written: {error.Message}");
        }
    }

    [LoggerMessage(5501, LogLevel.Information, "hook {Hook} for event {Event}: {Line}")]
    private static partial void LogOutput(ILogger log, string hook, string @event, string line);

    [LoggerMessage(5502, LogLevel.Debug, "hook {Hook} was run for event {Event} in {Seconds} s")]
    private static partial void LogRan(ILogger log, string hook, string @event, double seconds);

    [LoggerMessage(5503, LogLevel.Warning, "hook {Hook} failed for event {Event} ({Type}): {Detail}; it is not run for this event again")]
    private static partial void LogFailed(ILogger log, string hook, string @event, string type, string detail);

    [LoggerMessage(5506, LogLevel.Information, "hook {Hook} was cut off at event {Event}: the daemon stops; it is given that event again when the daemon is back")]
    private static partial void LogCutOff(ILogger log, string hook, string @event);

    [LoggerMessage(5504, LogLevel.Warning, "hook {Hook} was not run for events after {Position} up to {Dropped}: they are not retained any more")]
    private static partial void LogGap(ILogger log, string hook, string position, string dropped);

    [LoggerMessage(5505, LogLevel.Warning, "hook {Hook}: {Trouble}")]
    private static partial void LogTrouble(ILogger log, string hook, string trouble);
}
