using System.Collections.Concurrent;
using System.Net.Sockets;
using Cluster.Client;
using Cluster.Client.Protocol;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Feed;
using Cluster.Runtime.Loop;

namespace Cluster.Runtime.MemberSocket;

/// <summary>
/// What is sent over one connection. Events and the rest are written by two loops that share the socket; a client that does not
/// read holds up nobody but itself, and finds the newest lease, not every one, when it reads again.
/// </summary>
internal sealed class MemberConnection(Socket socket, EventFeed events, LeaseBoard lease) : IDisposable
{
    private const int EventsPerWrite = 64;

    private readonly NetworkStream _stream = new(socket);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentQueue<RequestResult> _results = new();
    private readonly ChangeNotifier _answered = new();
    private LeaseView _told = LeaseView.None;

    /// <summary>What the client sends.</summary>
    public MemberFrames Incoming => field ??= new MemberFrames(_stream, MemberFrames.MaxClientBytes);

    /// <summary>Answers a request; never waits.</summary>
    public void Answer(RequestResult result)
    {
        _results.Enqueue(result);
        _answered.Raise();
    }

    /// <summary>Ends the connection; the loops that use it end with an exception.</summary>
    public void Abort() => socket.Dispose();

    /// <summary>Sends one message.</summary>
    public Task SendAsync(ServerMessage message, CancellationToken cancellation) =>
        WriteAsync(MemberFrames.Encode(message), cancellation);

    /// <summary>How often this client was told that stays were ended, over all its connections.</summary>
    public ulong EndsTold => _told.Ends;

    /// <summary>Sends the welcome and remembers which lease it told.</summary>
    /// <param name="welcome">The welcome, complete but for the lease.</param>
    /// <param name="endsTold">What <see cref="EndsTold"/> said of the client's former connection; null when it holds no stay.</param>
    /// <param name="cancellation">Gives it up.</param>
    public Task WelcomeAsync(Welcome welcome, ulong? endsTold, CancellationToken cancellation)
    {
        LeaseView now = lease.Current;
        welcome.Lease = ToMessage(now);

        // Stays may have been ended, and be possible again in the same life, while nobody was connected.
        _told = now with { Ends = endsTold ?? now.Ends };
        return SendAsync(new ServerMessage { Welcome = welcome }, cancellation);
    }

    /// <summary>Sends answers and every change of the lease until the connection ends.</summary>
    public async Task SendControlAsync(CancellationToken cancellation)
    {
        var frames = new MemoryStream();
        while (true)
        {
            Task change = Task.WhenAny(_answered.Next, lease.Moved.Next);
            frames.SetLength(0);
            LeaseView now = lease.Current;
            bool ended = now.Ends != _told.Ends && now.LastEnded == _told.Incarnation;
            if (ended)
            {
                Put(frames, new ServerMessage { Ended = new Ended { Incarnation = now.LastEnded.Value, Reason = now.EndReason } });
            }

            // Before the answers: whoever learns that it joined must find the incarnation that it joined in.
            if (ended || now.Deadline != _told.Deadline || now.Open != _told.Open)
            {
                Put(frames, new ServerMessage { Lease = ToMessage(now) });
            }

            _told = now;
            while (_results.TryDequeue(out RequestResult? result))
            {
                Put(frames, new ServerMessage { Result = result });
            }

            if (frames.Length > 0)
            {
                await WriteAsync(frames.GetBuffer().AsMemory(0, (int)frames.Length), cancellation).ConfigureAwait(false);
            }
            else
            {
                await change.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Sends all events after a position until the connection ends.</summary>
    /// <exception cref="EventsTrimmedException">The client read so slowly that events it needs are gone.</exception>
    public async Task SendEventsAsync(EventPosition after, CancellationToken cancellation)
    {
        var batch = new List<ClusterEvent>();
        var frames = new MemoryStream();
        while (true)
        {
            await events.WaitAsync(batch, after, cancellation).ConfigureAwait(false);
            for (int at = 0; at < batch.Count; at += EventsPerWrite)
            {
                frames.SetLength(0);
                foreach (ClusterEvent clusterEvent in batch.Skip(at).Take(EventsPerWrite))
                {
                    Put(frames, new ServerMessage { Event = clusterEvent });
                }

                await WriteAsync(frames.GetBuffer().AsMemory(0, (int)frames.Length), cancellation).ConfigureAwait(false);
            }

            after = EventLog.PositionOf(batch[^1]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        socket.Dispose();
        _writing.Dispose();
    }

    private static void Put(MemoryStream frames, ServerMessage message) => frames.Write(MemberFrames.Encode(message));

    private static LeaseUpdate ToMessage(LeaseView view) => new()
    {
        Incarnation = view.Open.Value,
        DeadlineNs = view.Open == Incarnation.None ? 0 : Math.Max(0, view.Deadline.Nanoseconds),
    };

    private async Task WriteAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _stream.WriteAsync(frames, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }
}
