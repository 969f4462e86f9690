using System.Threading.Channels;
using Cluster.Transport;
using Google.Protobuf;

namespace Cluster.Locks.UserSpace.Protocol;

/// <summary>
/// Messages over a stream, one a frame. Sending never waits: messages are queued, and an end that lets more than
/// <see cref="MaxQueuedBytes"/> pile up is cut off.
/// </summary>
internal sealed class MessageConnection<TSend, TReceive> : IAsyncDisposable
    where TSend : IMessage<TSend>
    where TReceive : IMessage<TReceive>
{
    public const int MaxQueuedBytes = 4 * 1024 * 1024;

    private const int CoalesceBytes = 64 * 1024;
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);

    private readonly FrameConnection _frames;
    private readonly MessageParser<TReceive> _parser;
    private readonly Channel<byte[]> _queue = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _life = new();
    private readonly Task _writing;
    private string? _abortReason;
    private int _queuedBytes;

    public MessageConnection(Stream stream, MessageParser<TReceive> parser)
    {
        _frames = new FrameConnection(stream, LockdProtocol.MaxMessageBytes);
        _parser = parser;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>
    /// Queues a message. False when the connection is closed, or was cut off just now because too much waits or the message is
    /// longer than the protocol allows.
    /// </summary>
    public bool TrySend(TSend message)
    {
        byte[] body = message.ToByteArray();
        if (body.Length > LockdProtocol.MaxMessageBytes)
        {
            // Found here, not by the writer: its failure would come out of the disposal and leave the stream open.
            Abort($"a message of {body.Length} bytes was to be sent; at most {LockdProtocol.MaxMessageBytes} are allowed");
            return false;
        }

        if (Interlocked.Add(ref _queuedBytes, body.Length) > MaxQueuedBytes)
        {
            Abort($"the other end does not read: more than {MaxQueuedBytes} bytes wait for it");
            return false;
        }

        return _queue.Writer.TryWrite(body);
    }

    /// <summary>The next message.</summary>
    /// <exception cref="IOException">The connection ended, or what arrived is no frame.</exception>
    /// <exception cref="InvalidDataException">The frame holds no such message.</exception>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    public async Task<TReceive> ReceiveAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _life.Token);
        return await ReadAsync(linked.Token).ConfigureAwait(false)
            ?? throw new EndOfStreamException("the other end closed the connection");
    }

    /// <summary>
    /// Hands all messages to <paramref name="handle"/>, until it answers false or throws <see cref="InvalidDataException"/>, or
    /// the connection ends. Returns why it ended.
    /// </summary>
    public async Task<string> ReadAllAsync(Func<TReceive, bool> handle)
    {
        try
        {
            while (await ReadAsync(_life.Token).ConfigureAwait(false) is { } message)
            {
                if (!handle(message))
                {
                    return "closed in order";
                }
            }

            return "the other end closed it";
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException or ObjectDisposedException)
        {
            return Volatile.Read(ref _abortReason) ?? e.Message;
        }
    }

    /// <summary>Ends reading and writing at once; what is queued is dropped.</summary>
    public void Abort(string reason)
    {
        Interlocked.CompareExchange(ref _abortReason, reason, null);
        _queue.Writer.TryComplete();
        _life.Cancel();
    }

    /// <summary>Sends what is queued, for a bounded time, then closes.</summary>
    public async ValueTask CloseAsync()
    {
        _queue.Writer.TryComplete();
        try
        {
            await _writing.WaitAsync(FlushTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The other end does not read; it will see the end of the connection.
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Abort("closed by this end");
        await _writing.ConfigureAwait(false);
        await _frames.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<TReceive?> ReadAsync(CancellationToken cancellation)
    {
        if (await _frames.ReadAsync(cancellation).ConfigureAwait(false) is not { } body)
        {
            return default;
        }

        try
        {
            return _parser.ParseFrom(body.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"a frame of {body.Length} bytes holds no {typeof(TReceive).Name}: {e.Message}", e);
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_life.Token).ConfigureAwait(false))
            {
                int taken = 0;
                while (_frames.BufferedBytes < CoalesceBytes && _queue.Reader.TryRead(out byte[]? body))
                {
                    _frames.Buffer(body);
                    taken += body.Length;
                }

                await _frames.FlushAsync(_life.Token).ConfigureAwait(false);
                Interlocked.Add(ref _queuedBytes, -taken);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Nothing more can be sent. The reader goes on: what the other end said before it hung up (goodbye, perhaps) must be
            // heard.
            _queue.Writer.TryComplete();
        }
    }
}
