using System.Globalization;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime;

/// <summary>
/// The file beside the log that holds the timing in force and the longest patience that this node may have promised
/// (<see cref="StoredTiming"/>). Written apart from the loop and the log, as it may take long.
/// </summary>
internal sealed class TimingStore : IAsyncDisposable
{
    private const string FileName = "timing";
    private const string VersionKey = "version=";
    private const string PatienceKey = "patience-ms=";
    private const string TimingKey = "timing=";
    private static readonly TimeSpan s_retryPause = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly Action<StoredTiming> _stored;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private Task _writing = Task.CompletedTask;

    /// <param name="directory">The data folder.</param>
    /// <param name="stored">Takes what is on disk.</param>
    /// <param name="logger">Where problems are told.</param>
    public TimingStore(string directory, Action<StoredTiming> stored, ILogger logger)
    {
        _path = PathOf(directory);
        _stored = stored;
        _logger = logger;
    }

    /// <summary>What a daemon begins with: what its former life stored of the cluster's settings, else what it is configured with; on disk when this returns.</summary>
    /// <exception cref="InvalidOperationException">The file can't be read as one.</exception>
    /// <exception cref="IOException">The file can't be read or written.</exception>
    public static StoredTiming Begin(string directory, MembershipTiming configured)
    {
        string path = PathOf(directory);
        StoredTiming? found = File.Exists(path) ? Parse(path, File.ReadAllText(path)) : null;
        StoredTiming begin = found is { Version: > 0 } ? found : StoredTiming.Configured(configured);
        if (found is not null && found.Patience > begin.Patience)
        {
            begin = begin with { Patience = found.Patience };
        }

        if (begin != found)
        {
            DataDirectory.WriteDurably(path, Describe(begin));
        }

        return begin;
    }

    /// <summary>Has a timing written, and reported once it is on disk. Called again only after the report.</summary>
    public void Store(StoredTiming timing) => _writing = Task.Run(() => WriteAsync(timing));

    /// <summary>Ends a write that is tried again and again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        _stop.Dispose();
    }

    private static string PathOf(string directory) => Path.Combine(directory, FileName);

    // Durations are rounded up, as a promise must not be forgotten too soon; those of the settings are whole milliseconds.
    private static string Describe(StoredTiming stored)
    {
        TimingSettings timing = stored.Timing.ToSettings();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{VersionKey}{stored.Version}\n{PatienceKey}{Math.Ceiling(stored.Patience.TotalMilliseconds)}\n{TimingKey}{JsonFormatter.Default.Format(timing)}\n");
    }

    private static StoredTiming Parse(string path, string text)
    {
        try
        {
            string[] lines = text.Split('\n');
            ulong version = ulong.Parse(Value(lines[0], VersionKey), CultureInfo.InvariantCulture);
            double patience = double.Parse(Value(lines[1], PatienceKey), CultureInfo.InvariantCulture);
            TimingSettings timing = TimingSettings.Parser.ParseJson(Value(lines[2], TimingKey));
            return new StoredTiming(version, MembershipTiming.From(timing), TimeSpan.FromMilliseconds(patience));
        }
        catch (Exception e) when (e is FormatException or OverflowException or IndexOutOfRangeException or ArgumentException or InvalidProtocolBufferException)
        {
            throw new InvalidOperationException(
                $"{path} can't be read ({e.Message}); it says for how long this node promised not to help another leader. Restore it, or remove it when this "
                + "node's daemon has not run for ten minutes, longer than any promise lasts",
                e);
        }
    }

    private static string Value(string line, string key) =>
        line.StartsWith(key, StringComparison.Ordinal) ? line[key.Length..] : throw new FormatException($"no line '{key}'");

    private async Task WriteAsync(StoredTiming timing)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                DataDirectory.WriteDurably(_path, Describe(timing));
                RuntimeLog.TimingStored(_logger, timing.Version, timing.Timing.Lease.TotalMilliseconds, timing.Timing.HeartbeatInterval.TotalMilliseconds);
                _stored(timing);
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                RuntimeLog.TimingNotStored(_logger, _path, e.Message);
                await Task.Delay(s_retryPause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
