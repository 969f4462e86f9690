using System.Diagnostics.CodeAnalysis;

namespace Cluster.Transport;

/// <summary>
/// Writes queued frames to one connection. Whoever has the turn writes: the channel's loop, or a caller of
/// <see cref="TrySendNow"/> while the loop waits. A write that the socket does not take at once is finished by itself, keeping the
/// turn, so that no caller ever waits.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A caller may hold the sender when its connection is over; it then finds the turn taken.")]
internal sealed class FrameSender(
    SendQueue queue, FrameConnection connection, ConnectionLife life, LinkOptions options, SendCounters counters)
{
    private const int CoalesceBytes = 256 * 1024;

    // Beyond this the copying, checking and encrypting would hold up the caller, who may have urgent things to do next.
    private const int MostBytesNow = 64 * 1024;

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Ends the connection when its present write has taken too long.</summary>
    public void EndIfStuck(TimeSpan grace) => life.EndIfStuck(grace);

    /// <summary>Writes what waits, on this thread, without waiting.</summary>
    /// <returns>False when something is left for the loop, which has to be woken.</returns>
    public bool TrySendNow()
    {
        if (queue.Bytes > MostBytesNow || !_turn.Wait(0))
        {
            return false;
        }

        bool finished = true;
        try
        {
            while (finished && queue.Count > 0 && !life.Token.IsCancellationRequested)
            {
                int frames = queue.MoveTo(connection, CoalesceBytes);
                int bytes = connection.BufferedBytes;
                ValueTask write = connection.FlushAsync(life.Token);
                if (write.IsCompletedSuccessfully)
                {
                    counters.Sent(frames, bytes);
                }
                else
                {
                    finished = false;
                    _ = FinishAsync(write, frames, bytes);
                }
            }
        }
        catch (Exception e)
        {
            // A frame that can't be written: the stream is out of step.
            life.End(e.Message);
        }

        if (finished)
        {
            _turn.Release();
        }

        return true;
    }

    /// <summary>Writes what waits, at most one buffer full.</summary>
    public async Task SendAsync()
    {
        await _turn.WaitAsync(life.Token).ConfigureAwait(false);
        int frames = 0;
        try
        {
            if (queue.Count > 0)
            {
                frames = queue.MoveTo(connection, CoalesceBytes);
                int bytes = connection.BufferedBytes;
                life.WriteBegins(options.WriteTimeout);
                await connection.FlushAsync(life.Token).ConfigureAwait(false);
                life.WriteEnded();
                counters.Sent(frames, bytes);
                frames = 0;
            }
        }
        finally
        {
            counters.Lost(frames);
            _turn.Release();
        }
    }

    /// <summary>
    /// Waits until nobody writes any more, and keeps the turn for ever; to be called once, after the end of the connection's life.
    /// </summary>
    public Task CloseAsync() => _turn.WaitAsync();

    /// <summary>Sees a write through that was begun by <see cref="TrySendNow"/>, and gives the turn back.</summary>
    private async Task FinishAsync(ValueTask write, int frames, int bytes)
    {
        try
        {
            life.WriteBegins(options.WriteTimeout);
            await write.ConfigureAwait(false);
            life.WriteEnded();
            counters.Sent(frames, bytes);
        }
        catch (Exception e)
        {
            counters.Lost(frames);
            life.End(e.Message);
        }
        finally
        {
            _turn.Release();

            // What came meanwhile found the turn taken.
            queue.Signal();
        }
    }
}
