using System.Net;
using System.Net.Sockets;

namespace Cluster.Fencing.Ipmi.Session;

/// <summary>
/// Packets to one BMC and back: sends, waits for an answer that the caller recognises, sends again. A socket of its own for each
/// session keeps packets of earlier sessions out.
/// </summary>
internal sealed class UdpChannel : IDisposable
{
    private const int LargestPacket = 2048;
    private const int RefusalsUntilUnreachable = 3;
    private static readonly TimeSpan LongestRetransmit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromMilliseconds(50);

    private readonly Socket _socket;
    private readonly IpmiOptions _options;
    private readonly Deadline _deadline;
    private readonly byte[] _buffer = new byte[LargestPacket];
    private bool _heard;
    private int _refusals;

    private UdpChannel(Socket socket, IpmiOptions options, Deadline deadline)
    {
        _socket = socket;
        _options = options;
        _deadline = deadline;
    }

    public static async Task<UdpChannel> OpenAsync(IpmiOptions options, Deadline deadline, CancellationToken cancellation)
    {
        var address = await ResolveAsync(options, deadline, cancellation).ConfigureAwait(false);
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // Connected: the kernel lets only this BMC's packets in, and reports refusals.
            await socket.ConnectAsync(new IPEndPoint(address, options.Port), cancellation).ConfigureAwait(false);
            return new UdpChannel(socket, options, deadline);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw NoWay(options, error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a packet and waits for no answer.</summary>
    public void Post(byte[] packet)
    {
        try
        {
            _socket.Send(packet);
        }
        catch (SocketException)
        {
            // Nobody counts on a posted packet.
        }
    }

    /// <summary>
    /// Sends until <paramref name="recognise"/> accepts an answer. <paramref name="makePacket"/> is called for each sending, so that
    /// no two carry the same number. Null after <paramref name="tries"/> sendings without an answer.
    /// </summary>
    /// <exception cref="IpmiException">The deadline passed, or the BMC cannot be reached.</exception>
    public async Task<T?> ExchangeAsync<T>(
        Func<byte[]> makePacket, Func<byte[], T?> recognise, int tries, CancellationToken cancellation)
        where T : class
    {
        var interval = _options.Retransmit;
        for (var sent = 0; sent < tries; sent++)
        {
            var wait = _deadline.AtMost(interval);
            if (wait <= TimeSpan.Zero)
            {
                throw OutOfTime();
            }

            if (await SendAndReceiveAsync(makePacket(), recognise, wait, cancellation).ConfigureAwait(false) is { } answer)
            {
                return answer;
            }

            interval = TimeSpan.FromTicks(Math.Min(interval.Ticks * 2, LongestRetransmit.Ticks));
        }

        return null;
    }

    public void Dispose() => _socket.Dispose();

    private async Task<T?> SendAndReceiveAsync<T>(
        byte[] packet, Func<byte[], T?> recognise, TimeSpan wait, CancellationToken cancellation)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(wait);
        try
        {
            await _socket.SendAsync(packet, SocketFlags.None, limit.Token).ConfigureAwait(false);
            while (true)
            {
                var length = await _socket.ReceiveAsync(_buffer, SocketFlags.None, limit.Token).ConfigureAwait(false);
                _heard = true;
                if (recognise(_buffer[..length]) is { } answer)
                {
                    return answer;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            if (!_heard && ++_refusals >= RefusalsUntilUnreachable)
            {
                throw NoWay(_options, error);
            }

            await Task.Delay(_deadline.AtMost(PauseAfterRefusal), cancellation).ConfigureAwait(false);
            return null;
        }
        catch (SocketException error)
        {
            throw NoWay(_options, error);
        }
    }

    private static async Task<IPAddress> ResolveAsync(IpmiOptions options, Deadline deadline, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(options.Address, out var literal))
        {
            return literal;
        }

        try
        {
            var found = await Dns.GetHostAddressesAsync(options.Address, cancellation)
                .WaitAsync(deadline.Remaining, cancellation).ConfigureAwait(false);
            return found.Length > 0 ? found[0] : throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (Exception error) when (error is SocketException or TimeoutException)
        {
            throw new IpmiException(
                FenceFailure.Unreachable,
                Recovery.None,
                $"The name of {options.Bmc} cannot be resolved: {error.Message} Check 'address', or write an IP address.");
        }
    }

    private IpmiException OutOfTime() => _heard
        ? new(FenceFailure.TimedOut, Recovery.None, $"{_options.Bmc} stopped answering before the deadline. Check its load and the network.")
        : new(FenceFailure.Unreachable, Recovery.None,
            $"{_options.Bmc} does not answer. Check address, port, network, and that IPMI over LAN is switched on.");

    private static IpmiException NoWay(IpmiOptions options, SocketException error) => new(
        FenceFailure.Unreachable,
        Recovery.None,
        $"{options.Bmc} cannot be reached: {error.Message}. Check address, port, network, and that IPMI over LAN is switched on.");
}
