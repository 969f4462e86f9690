using System.Net;
using System.Net.Sockets;
using Cluster.Transport.Security;

namespace Cluster.Transport;

/// <summary>One accepted socket: hello, then frames until the end.</summary>
internal sealed class InboundConnection(
    LinkListener listener, Socket socket, long number, LinkOptions options, ILinkReceiver receiver, CancellationToken disposal)
{
    // RFC 8446 section 6: a fatal alert, protocol_version, in a record of TLS 1.2's version.
    private static readonly byte[] s_noTlsHere = [0x15, 3, 3, 0, 2, 2, 70];

    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(disposal);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _accepted;
    private volatile string? _endReason;
    private Task _before = Task.CompletedTask;
    private bool _refused;
    private bool _hasReader;
    private LinkIdentity _identity = options.Identity;

    /// <summary>Who is there; null until its hello was found to fit.</summary>
    public LinkPeer? Peer { get; private set; }

    /// <summary>Connections are numbered as they are accepted.</summary>
    public long Number => number;

    /// <summary>True while frames may come.</summary>
    public bool IsAccepted => _accepted;

    /// <summary>
    /// Completes, always with success, when the receiver will hear no more of this connection, nor of any that it took the place of.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Begins; to be called once.</summary>
    public void Start()
    {
        _hasReader = listener.TryTakeReader();
        _ = _hasReader ? OnThreadOfItsOwn(RunAsync).Unwrap() : Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Ends it; only the first reason counts.</summary>
    public async ValueTask EndAsync(string reason)
    {
        _endReason ??= reason;
        try
        {
            await _end.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // It ended meanwhile.
        }
    }

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
            var link = new LinkStream(socket, blocks: _hasReader);
            stream = link;
            FrameConnection? connection;
            using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(_end.Token))
            {
                deadline.CancelAfter(options.ConnectTimeout);
                UpgradedStream upgraded = await UpgradeAsync(link, remote, deadline.Token).ConfigureAwait(false);
                stream = upgraded.Stream;
                connection = await GreetAsync(upgraded, remote, deadline.Token).ConfigureAwait(false);
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
            reason = _endReason ?? (disposal.IsCancellationRequested ? "the listener was closed" : "no hello came in time");
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

        if (_hasReader)
        {
            listener.ReturnReader();
        }

        await LinkSocket.CloseAsync(stream, socket).ConfigureAwait(false);
        Tell(remote, reason);
        listener.Forget(this);

        // Ended while it still waited for the one before: whoever waits for this one waits for both.
        await _before.ConfigureAwait(false);
        _completion.SetResult();
        _end.Dispose();
    }

    private async ValueTask<UpgradedStream> UpgradeAsync(LinkStream stream, EndPoint? remote, CancellationToken deadline)
    {
        if (options.Upgrade is { } upgrade)
        {
            return await upgrade(stream, new LinkUpgradeContext(IsDialer: false, remote, RemoteNode: null), deadline).ConfigureAwait(false);
        }

        if (await PeerTls.SpeaksTlsAsync(stream, deadline).ConfigureAwait(false))
        {
            await stream.WriteAsync(s_noTlsHere, deadline).ConfigureAwait(false);
            throw new IOException(
                "the other end speaks TLS, and this node's links are plain: configure peerTls with certificates on every node");
        }

        return new UpgradedStream(stream);
    }

    /// <summary>Reads the hello and answers it; null when it was refused.</summary>
    private async ValueTask<FrameConnection?> GreetAsync(UpgradedStream upgraded, EndPoint? remote, CancellationToken deadline)
    {
        var connection = new FrameConnection(upgraded.Stream, LinkHello.MaxBytes);
        ReadOnlyMemory<byte>? frame = await connection.ReadAsync(deadline).ConfigureAwait(false);
        LinkHello hello = (frame is { } bytes ? LinkHello.TryDecode(bytes.Span) : null)
            ?? throw new FrameException(Farewell(frame) ?? "the connection did not begin with a hello of this kind");
        var peer = new LinkPeer(hello.Sender.Node, hello.Sender.Session, hello.Priority, hello.Sender.FeatureLevel);
        string? refusal = upgraded.Disproof?.Invoke(peer.Node) ?? hello.Mismatch(options.Identity) ?? options.Admission?.Invoke(peer);
        if (refusal is null)
        {
            Peer = peer;
            _identity = hello.Sender;
            if (!listener.TryReplace(peer, this, out InboundConnection? before))
            {
                refusal = "a newer connection of the same peer stands; this one was given up by its dialer";
            }
            else if (before is not null)
            {
                // The dialer gave it up already. Waiting keeps the order: nothing old is handed over after something new.
                _before = before.Completion;
                await before.EndAsync("a newer connection of the same peer took its place").ConfigureAwait(false);
                await _before.WaitAsync(deadline).ConfigureAwait(false);
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

    /// <summary>What a dialer that refuses this node says in place of a hello.</summary>
    private static string? Farewell(ReadOnlyMemory<byte>? frame) =>
        frame is { } bytes && LinkAnswer.TryDecode(bytes.Span) is { Refusal: { } reason } ? $"the other end refused this node: {reason}" : null;

    private async Task<string> ReceiveAsync(FrameConnection connection)
    {
        if (_hasReader)
        {
            // The hello may have had to wait for another connection's end, and have left its thread.
            return await OnThreadOfItsOwn(() => Receive(connection)).ConfigureAwait(false);
        }

        LinkPeer peer = Peer!.Value;
        receiver.Connected(peer, _identity);
        while (await connection.ReadAsync(_end.Token).ConfigureAwait(false) is { } body)
        {
            _end.Token.ThrowIfCancellationRequested();
            receiver.Received(peer, body);
        }

        return "closed by the peer";
    }

    private static Task<T> OnThreadOfItsOwn<T>(Func<T> run) =>
        Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The same, blocking the thread.</summary>
    private string Receive(FrameConnection connection)
    {
        // Ends a read under way, as nothing else can.
        using CancellationTokenRegistration unblock = _end.Token.Register(static socket => LinkSocket.ShutDown((Socket)socket!), socket);
        LinkPeer peer = Peer!.Value;
        receiver.Connected(peer, _identity);
        try
        {
            while (connection.Read() is { } body)
            {
                _end.Token.ThrowIfCancellationRequested();
                receiver.Received(peer, body);
            }
        }
        catch (IOException) when (_end.IsCancellationRequested)
        {
            // What the shutdown looks like from here.
        }

        _end.Token.ThrowIfCancellationRequested();
        return "closed by the peer";
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
