using System.Net;
using System.Net.Sockets;

namespace Cluster.Transport;

/// <summary>One accepted socket: hello, then frames until the end.</summary>
internal sealed class InboundConnection(
    LinkListener listener, Socket socket, LinkOptions options, ILinkReceiver receiver, CancellationToken disposal)
{
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(disposal);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _accepted;
    private volatile bool _superseded;
    private bool _refused;

    /// <summary>Who is there; null until its hello was found to fit.</summary>
    public LinkPeer? Peer { get; private set; }

    /// <summary>True while frames may come.</summary>
    public bool IsAccepted => _accepted;

    /// <summary>Completes, always with success, when the receiver will hear no more of this connection.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Begins; to be called once.</summary>
    public void Start() => _ = Task.Run(RunAsync, CancellationToken.None);

    private async Task RunAsync()
    {
        EndPoint? remote = null;
        bool helloIsOver = false;
        string reason = "the listener was closed";
        Stream stream = Stream.Null;
        try
        {
            remote = socket.RemoteEndPoint;
            LinkSocket.Configure(socket, options);
            stream = new NetworkStream(socket, ownsSocket: true);
            FrameConnection? connection;
            using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(_end.Token))
            {
                deadline.CancelAfter(options.ConnectTimeout);
                if (options.Upgrade is { } upgrade)
                {
                    var context = new LinkUpgradeContext(IsDialer: false, remote, RemoteNode: null);
                    stream = await upgrade(stream, context, deadline.Token).ConfigureAwait(false);
                }

                connection = await GreetAsync(stream, remote, deadline.Token).ConfigureAwait(false);
                listener.HelloIsOver();
                helloIsOver = true;
            }

            if (connection is not null)
            {
                reason = await ReceiveAsync(connection).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            reason = _superseded ? "a newer connection of the same peer took its place"
                : disposal.IsCancellationRequested ? "the listener was closed" : "no hello came in time";
        }
        catch (Exception e)
        {
            // Also what the receiver threw: it has lost a frame, so the sender has to see a broken connection.
            reason = e.Message;
        }

        if (!helloIsOver)
        {
            listener.HelloIsOver();
        }

        await CloseAsync(stream).ConfigureAwait(false);
        Tell(remote, reason);
        listener.Forget(this);
        _completion.SetResult();
        _end.Dispose();
    }

    /// <summary>Reads the hello and answers it; null when it was refused.</summary>
    private async ValueTask<FrameConnection?> GreetAsync(Stream stream, EndPoint? remote, CancellationToken deadline)
    {
        var connection = new FrameConnection(stream, LinkHello.MaxBytes);
        ReadOnlyMemory<byte>? frame = await connection.ReadAsync(deadline).ConfigureAwait(false);
        LinkHello hello = (frame is { } bytes ? LinkHello.TryDecode(bytes.Span) : null)
            ?? throw new FrameException("the connection did not begin with a hello of this kind");
        var peer = new LinkPeer(hello.Sender.Node, hello.Sender.Session, hello.Priority, hello.Sender.FeatureLevel);
        string? refusal = hello.Mismatch(options.Identity) ?? options.Admission?.Invoke(peer, stream);
        if (refusal is null)
        {
            Peer = peer;
            if (listener.Supersede(peer, this) is { } before)
            {
                // The dialer gave it up already. Waiting keeps the order: nothing old is handed over after something new.
                await before.SupersedeAsync().ConfigureAwait(false);
                await before.Completion.WaitAsync(deadline).ConfigureAwait(false);
            }
        }

        connection.Buffer(new LinkAnswer(options.Identity.Session, refusal).Encode());
        await connection.FlushAsync(deadline).ConfigureAwait(false);
        if (refusal is not null)
        {
            _refused = true;
            receiver.Refused(remote, $"node {peer.Node}: {refusal}");
            return null;
        }

        connection.MaxFrameBytes = options.MaxFrameBytes;
        _accepted = true;
        return connection;
    }

    private async Task<string> ReceiveAsync(FrameConnection connection)
    {
        LinkPeer peer = Peer!.Value;
        receiver.Connected(peer);
        while (await connection.ReadAsync(_end.Token).ConfigureAwait(false) is { } body)
        {
            _end.Token.ThrowIfCancellationRequested();
            receiver.Received(peer, body);
        }

        return "closed by the peer";
    }

    private async ValueTask SupersedeAsync()
    {
        _superseded = true;
        try
        {
            await _end.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // It ended meanwhile.
        }
    }

    private async ValueTask CloseAsync(Stream stream)
    {
        try
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // An upgraded stream may want to say goodbye to someone who is gone.
        }

        socket.Dispose();
    }

    private void Tell(EndPoint? remote, string reason)
    {
        try
        {
            if (_accepted)
            {
                _accepted = false;
                receiver.Disconnected(Peer!.Value, reason);
            }
            else if (!_refused)
            {
                receiver.Refused(remote, reason);
            }
        }
        catch (Exception)
        {
            // The receiver's own failure in its last call: there is nothing left to tell it.
        }
    }
}
