using System.Net;

namespace Cluster.Tests.Support.Events;

/// <summary>
/// Many readers of one event stream at once, for load: each is a socket and a small buffer. Some read, some only hold their connection open. Works
/// against any server of the events' REST API, in this process or another, over TCP or a Unix socket.
/// </summary>
public sealed class SseFan : IAsyncDisposable
{
    private const int OpenAtATime = 200;

    private readonly List<SseFanReader> _readers = [];

    private SseFan()
    {
    }

    /// <summary>The readers.</summary>
    public IReadOnlyList<SseFanReader> Readers => _readers;

    /// <summary>Opens the streams; ends when each has sent its first bytes.</summary>
    /// <param name="server">Where the API listens.</param>
    /// <param name="count">How many.</param>
    /// <param name="path">What is asked for, e.g. <c>/v1/events?after=now</c>.</param>
    /// <param name="reading">False: nothing is read after the first bytes, until <see cref="SseFanReader.Read"/>.</param>
    /// <param name="receiveBufferBytes">What the kernel holds for a reader that does not read; 0 leaves it to the kernel.</param>
    public static async Task<SseFan> OpenAsync(EndPoint server, int count, string path, bool reading = true, int receiveBufferBytes = 0)
    {
        var fan = new SseFan();
        while (fan._readers.Count < count)
        {
            int more = Math.Min(OpenAtATime, count - fan._readers.Count);
            fan._readers.AddRange(await Task.WhenAll(
                Enumerable.Range(0, more).Select(_ => SseFanReader.OpenAsync(server, path, receiveBufferBytes))).ConfigureAwait(false));
        }

        if (reading)
        {
            fan._readers.ForEach(reader => reader.Read());
        }

        return fan;
    }

    /// <summary>Waits until all readers have seen this event.</summary>
    /// <returns>When each saw it, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> gives it.</returns>
    public async Task<long[]> SeenByAllAsync(string id)
    {
        await Eventually.Holds(
            () => _readers.TrueForAll(reader => reader.LastId == id),
            $"all {_readers.Count} readers to see event {id}",
            () => $"{_readers.Count(reader => reader.LastId == id)} have seen it").ConfigureAwait(false);
        return [.. _readers.Select(reader => reader.LastAt)];
    }

    /// <summary>Closes the streams.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_readers.Select(reader => reader.DisposeAsync().AsTask())).ConfigureAwait(false);
}
