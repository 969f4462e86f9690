using System.Net;
using System.Net.Sockets;

namespace Cluster.Transport.Pulse;

/// <summary>
/// Pulses of one process: small messages of the moment in single datagrams, which wait neither for a lost segment of TCP nor for the thread pool. One thread
/// takes all of them, with plain blocking calls; whoever sends does so on his own thread.
/// </summary>
public sealed class PulseHub : IDisposable
{
    private readonly Lock _gate = new();
    private readonly uint _self;
    private readonly IPulseReceiver _receiver;
    private readonly PulseThread _thread;
    private Dictionary<uint, PulsePeer> _peers = [];
    private PulseSocket[] _sockets = [];
    private int _socketsVersion;
    private long _strangers;

    /// <summary>Makes a hub; the thread begins with <see cref="Start"/>.</summary>
    /// <param name="self">This node.</param>
    /// <param name="isSealed">Whether datagrams are sealed: with links that are encrypted they are, on plain ones they can't be.</param>
    /// <param name="receiver">Takes what arrives.</param>
    /// <param name="idleInterval">When nothing arrives for so long, the receiver is called all the same.</param>
    public PulseHub(uint self, bool isSealed, IPulseReceiver receiver, TimeSpan idleInterval)
    {
        _self = self;
        IsSealed = isSealed;
        _receiver = receiver;
        _thread = new PulseThread(this, receiver, idleInterval);
    }

    /// <summary>Whether datagrams are sealed.</summary>
    public bool IsSealed { get; }

    /// <summary>Whether the kernel runs the pulse thread before what has no deadline; false where that is not permitted.</summary>
    public bool IsRealtime => _thread.IsRealtime;

    /// <summary>Datagrams in nobody's name.</summary>
    public long Strangers => Volatile.Read(ref _strangers);

    /// <summary>Where datagrams are taken.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. Volatile.Read(ref _sockets).Select(socket => socket.EndPoint)];

    internal int SocketsVersion => Volatile.Read(ref _socketsVersion);

    internal PulseSocket[] Sockets => Volatile.Read(ref _sockets);

    /// <summary>Begins to take datagrams.</summary>
    public void Start() => _thread.Start();

    /// <summary>Takes datagrams at an endpoint, too.</summary>
    /// <returns>Why it can't; null when it does.</returns>
    public string? Listen(IPEndPoint endPoint)
    {
        try
        {
            var socket = new PulseSocket(endPoint);
            lock (_gate)
            {
                Publish([.. _sockets, socket]);
            }

            return null;
        }
        catch (SocketException e)
        {
            return $"no pulses at {endPoint}: {e.Message}; heartbeats to it go over TCP, which is slower to notice and to recover from losses";
        }
    }

    /// <summary>Takes none there any more.</summary>
    public void StopListening(IPEndPoint endPoint)
    {
        lock (_gate)
        {
            PulseSocket[] over = [.. _sockets.Where(socket => socket.EndPoint.Equals(endPoint))];
            Publish([.. _sockets.Except(over)]);
            _thread.Close(over);
        }
    }

    /// <summary>The pulses to and from a node, made anew when it was forgotten.</summary>
    public PulsePeer Peer(uint node)
    {
        lock (_gate)
        {
            if (!_peers.TryGetValue(node, out PulsePeer? peer))
            {
                peer = new PulsePeer(this, _self, IsSealed);
                Volatile.Write(ref _peers, new Dictionary<uint, PulsePeer>(_peers) { [node] = peer });
            }

            return peer;
        }
    }

    /// <summary>Takes nothing more; the receiver is not called after this.</summary>
    public void Dispose()
    {
        _thread.Stop();
        PulseSocket[] over;
        lock (_gate)
        {
            over = _sockets;
            Volatile.Write(ref _sockets, []);
            Volatile.Write(ref _socketsVersion, _socketsVersion + 1);
        }

        foreach (PulseSocket socket in over)
        {
            socket.Dispose();
        }
    }

    internal void Forget(PulsePeer peer)
    {
        lock (_gate)
        {
            Volatile.Write(ref _peers, _peers.Where(pair => pair.Value != peer).ToDictionary());
        }
    }

    /// <summary>Chooses the socket that is bound to the address from which the way to the peer begins; else any of its family.</summary>
    internal void Choose(PulsePath path)
    {
        int version = SocketsVersion;
        PulseSocket[] sockets = Sockets;
        path.Socket = Array.Find(sockets, socket => socket.EndPoint.Address.Equals(path.Local) && socket.Form(path.Remote) is not null)
            ?? Array.Find(sockets, socket => socket.Form(path.Remote) is not null);
        path.Address = path.Socket?.Form(path.Remote);
        path.ChosenFor = version;
    }

    /// <summary>Takes a datagram. On the pulse thread.</summary>
    internal void Take(Memory<byte> datagram, Memory<byte> body)
    {
        if (!PulseHead.TryRead(datagram.Span, out PulseHead head) || !Volatile.Read(ref _peers).TryGetValue(head.Sender, out PulsePeer? peer))
        {
            Volatile.Write(ref _strangers, _strangers + 1);
            return;
        }

        Range message = peer.Take(head, datagram.Span, body.Span, out LinkPeer owner);
        if (!message.Equals(default))
        {
            _receiver.Received(owner, body[message]);
        }
    }

    private void Publish(PulseSocket[] sockets)
    {
        Volatile.Write(ref _sockets, sockets);
        Volatile.Write(ref _socketsVersion, _socketsVersion + 1);
        _thread.Wake();
    }
}
