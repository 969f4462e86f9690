using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Cluster.Transport.Pulse;

/// <summary>
/// The thread that takes datagrams. It waits in the kernel and nowhere else, and is run before what has no deadline where that is permitted.
/// </summary>
internal sealed unsafe class PulseThread(PulseHub hub, IPulseReceiver receiver, TimeSpan idleInterval)
{
    // A flood must not keep the thread from its other duties.
    private const int MostInARow = 64;

    private readonly byte[] _datagram = GC.AllocateUninitializedArray<byte>(2048, pinned: true);
    private readonly byte[] _body = GC.AllocateUninitializedArray<byte>(2048, pinned: true);
    private readonly ConcurrentQueue<PulseSocket> _closing = new();
    private readonly int _wake = PulseNative.OpenEvent();
    private Thread? _thread;
    private volatile bool _stop;

    /// <summary>Whether it runs before what has no deadline.</summary>
    public bool IsRealtime { get; private set; }

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "cluster pulse" };
        _thread.Start();
    }

    /// <summary>Has it look at the sockets anew.</summary>
    public void Wake() => PulseNative.Raise(_wake);

    /// <summary>Has it close sockets that are not in use any more: while it waits at one, nobody else may.</summary>
    public void Close(IEnumerable<PulseSocket> sockets)
    {
        foreach (PulseSocket socket in sockets)
        {
            _closing.Enqueue(socket);
        }

        Wake();
    }

    public void Stop()
    {
        if (_stop)
        {
            return;
        }

        _stop = true;
        Wake();
        _thread?.Join();
        CloseSockets();
        _ = PulseNative.Close(_wake);
    }

    private void Run()
    {
        IsRealtime = PulseNative.TryRaisePriority();
        PulseNative.PollRequest[] requests = [];
        PulseSocket[]? sockets = null;
        int idleMs = Math.Max(1, (int)idleInterval.TotalMilliseconds);
        while (!_stop)
        {
            if (!ReferenceEquals(sockets, hub.Sockets))
            {
                sockets = hub.Sockets;
                requests = new PulseNative.PollRequest[sockets.Length + 1];
                requests[0] = new PulseNative.PollRequest { Descriptor = _wake, Events = PulseNative.PollIn };
                for (int i = 0; i < sockets.Length; i++)
                {
                    requests[i + 1] = new PulseNative.PollRequest { Descriptor = sockets[i].Handle, Events = PulseNative.PollIn };
                }
            }

            CloseSockets();
            fixed (PulseNative.PollRequest* all = requests)
            {
                // Also a call that was interrupted, or failed for want of memory, says only that it is time to look again.
                _ = PulseNative.Poll(all, (nuint)requests.Length, idleMs);
            }

            if (requests[0].Returned != 0)
            {
                PulseNative.Lower(_wake);
            }

            for (int i = 0; i < sockets.Length && !_stop; i++)
            {
                if (requests[i + 1].Returned != 0)
                {
                    Drain(sockets[i].Handle);
                }
            }

            if (!_stop)
            {
                receiver.Idle();
            }
        }
    }

    private void Drain(int socket)
    {
        for (int count = 0; count < MostInARow && !_stop; count++)
        {
            nint length;
            fixed (byte* buffer = _datagram)
            {
                length = PulseNative.Receive(socket, buffer, (nuint)_datagram.Length, PulseNative.DontWait);
            }

            if (length < 0)
            {
                // Nothing is left; or an error of an earlier datagram of ours, which this call has taken away.
                if (Marshal.GetLastPInvokeError() is PulseNative.WouldBlock or PulseNative.InterruptedCall)
                {
                    return;
                }

                continue;
            }

            if (PulseNative.StampOf(socket) is > 0 and var stamp)
            {
                receiver.Delayed(TimeSpan.FromTicks(DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks - (stamp / 100)));
            }

            hub.Take(_datagram.AsMemory(0, (int)length), _body);
        }
    }

    private void CloseSockets()
    {
        while (_closing.TryDequeue(out PulseSocket? socket))
        {
            socket.Dispose();
        }
    }
}
