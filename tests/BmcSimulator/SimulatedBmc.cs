using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Cluster.Tests.BmcSimulator;

/// <summary>
/// A BMC that speaks IPMI 2.0 (RMCP+) with cipher suites 3 and 17: session set-up, chassis status and control. It answers
/// as soon as the constructor has returned.
/// </summary>
public sealed class SimulatedBmc : IAsyncDisposable
{
    private const int OldAnswers = 3;

    private readonly UdpClient _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<uint, BmcSession> _sessions = [];
    private readonly ConcurrentBag<Task> _delayed = [];
    private readonly BmcHandshake _handshake;
    private readonly BmcCommands _commands;
    private readonly Task _loop;
    private readonly List<byte[]> _oldAnswers = [];
    private int _requests;
    private int _answers;
    private int _opened;

    /// <summary>Starts the BMC.</summary>
    /// <exception cref="SocketException">The port is taken.</exception>
    public SimulatedBmc(BmcOptions options)
    {
        _handshake = new BmcHandshake(options, Faults, _sessions);
        _commands = new BmcCommands(options, Faults, _sessions);
        _socket = new UdpClient(new IPEndPoint(options.Address, options.Port));
        Port = ((IPEndPoint)_socket.Client.LocalEndPoint!).Port;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Its UDP port.</summary>
    public int Port { get; }

    /// <summary>What goes wrong.</summary>
    public BmcFaults Faults { get; } = new();

    /// <summary>The chassis controls it accepted, in order: 0 power down, 1 power up.</summary>
    public IReadOnlyList<byte> Controls => _commands.Controls();

    /// <summary>How many sessions were set up completely.</summary>
    public int SessionsOpened => Volatile.Read(ref _opened);

    /// <summary>How many packets came in.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>How many sessions it holds now, half-open ones included.</summary>
    public int SessionsHeld
    {
        get
        {
            lock (_sessions)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>Ends when the BMC does; fails when it failed.</summary>
    public Task Completion => _loop;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _loop;
        await Task.WhenAll(_delayed);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            UdpReceiveResult received;
            try
            {
                received = await _socket.ReceiveAsync(_stop.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                continue; // A client that went away: its kernel refused our answer.
            }

            var request = Interlocked.Increment(ref _requests);
            if (Faults.Silent || Hits(Faults.LoseEveryRequest, request))
            {
                continue;
            }

            byte[]? answer;
            lock (_sessions)
            {
                answer = Answer(received.Buffer);
            }

            if (answer is not null && !Hits(Faults.LoseEveryAnswer, ++_answers))
            {
                Send(answer, received.RemoteEndPoint);
            }
        }
    }

    private static bool Hits(int every, int count) => every > 0 && count % every == 0;

    private byte[]? Answer(byte[] packet)
    {
        if (packet.Length < 14 || packet[0] != 0x06 || packet[3] != 0x07)
        {
            return null;
        }

        if (packet[4] == 0x00)
        {
            return _commands.Answer(packet[14..], session: null) is { } message
                ? [0x06, 0x00, 0xFF, 0x07, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)message.Length, .. message]
                : null;
        }

        if (packet[4] != 0x06 || packet.Length < 16)
        {
            return null;
        }

        return packet[5] < 0x40 ? Handshake(packet) : InSession(packet);
    }

    private byte[]? Handshake(byte[] packet)
    {
        var active = _sessions.Values.Count(session => session.Active);
        var answer = _handshake.Answer(packet[5], packet[16..]);
        if (_sessions.Values.Count(session => session.Active) > active)
        {
            Interlocked.Increment(ref _opened);
        }

        return answer;
    }

    private byte[]? InSession(byte[] packet)
    {
        var id = BitConverter.ToUInt32(packet, 6);
        if (!_sessions.TryGetValue(id, out var session) || session.Open(packet) is not { } message)
        {
            return null;
        }

        if (Faults.ForgetSessionAfter > 0 && ++session.Commands > Faults.ForgetSessionAfter)
        {
            _sessions.Remove(id);
            return null;
        }

        return _commands.Answer(message, session) is { } answer ? session.Seal(answer, Faults.ForgeIntegrity) : null;
    }

    private void Send(byte[] answer, IPEndPoint console)
    {
        byte[][] packets =
        [
            .. Faults.RepeatOldAnswers ? _oldAnswers : [],
            answer,
            .. Faults.DuplicateAnswers ? [answer] : Array.Empty<byte[]>(),
        ];
        _oldAnswers.Add(answer);
        if (_oldAnswers.Count > OldAnswers)
        {
            _oldAnswers.RemoveAt(0);
        }

        if (Faults.Delay <= TimeSpan.Zero)
        {
            Transmit(packets, console);
            return;
        }

        _delayed.Add(Task.Run(async () =>
        {
            try
            {
                await Task.Delay(Faults.Delay, _stop.Token);
                Transmit(packets, console);
            }
            catch (OperationCanceledException)
            {
                // The BMC is being stopped.
            }
        }));
    }

    private void Transmit(byte[][] packets, IPEndPoint console)
    {
        foreach (var packet in packets)
        {
            try
            {
                _socket.Send(packet, packet.Length, console);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
