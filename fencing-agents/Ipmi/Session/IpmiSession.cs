using System.Security.Cryptography;
using Cluster.Fencing.Ipmi.Commands;
using Cluster.Fencing.Ipmi.Rmcp;

namespace Cluster.Fencing.Ipmi.Session;

/// <summary>An open session: one command at a time, each matched with its own answer.</summary>
internal sealed class IpmiSession(
    UdpChannel channel, SessionCipher cipher, IpmiOptions options, uint consoleSession, uint bmcSession) : IDisposable
{
    private const int Tries = 4;
    private const int VectorLength = 16;

    private readonly SequenceWindow _received = new();
    private uint _sent;
    private byte _request;

    /// <summary>Sends a command and returns the BMC's answer, whatever its completion code.</summary>
    /// <exception cref="IpmiException">No answer: the BMC dropped the session, or the deadline passed.</exception>
    public async Task<IpmiResponse> SendAsync(IpmiRequest request, CancellationToken cancellation) =>
        await ExchangeAsync(request, Tries, cancellation).ConfigureAwait(false)
        ?? throw new IpmiException(FenceFailure.TimedOut, Recovery.Reconnect,
            $"{options.Bmc} did not answer '{request.Name}'. Check its load and the network.");

    /// <summary>Tells the BMC that the session is over. It is no failure when that is not confirmed: sessions also end by themselves.</summary>
    public async Task CloseAsync()
    {
        var request = CloseSession.Request(bmcSession);
        try
        {
            await ExchangeAsync(request, tries: 1, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IpmiException)
        {
            // No time left to wait for a confirmation; the outcome of the action stands already.
            channel.Post(Seal(IpmiMessage.Encode(request, _request)));
        }
    }

    public void Dispose() => channel.Dispose();

    private Task<IpmiResponse?> ExchangeAsync(IpmiRequest request, int tries, CancellationToken cancellation)
    {
        // One number for the command and all its repeats, another one for the next command: an answer that comes late fits nothing.
        _request = (byte)((_request + 1) & IpmiMessage.SequenceMask);
        var message = IpmiMessage.Encode(request, _request);
        return channel.ExchangeAsync(
            () => Seal(message),
            packet => Recognise(packet, request),
            tries,
            cancellation);
    }

    private byte[] Seal(byte[] message) =>
        cipher.Seal(bmcSession, ++_sent, message, RandomNumberGenerator.GetBytes(VectorLength));

    private IpmiResponse? Recognise(byte[] packet, IpmiRequest request)
    {
        if (cipher.Open(consoleSession, packet, out var number) is not { } message || !_received.Accept(number))
        {
            return null;
        }

        return IpmiMessage.Decode(message) is { } response && response.Answers(request, _request) ? response : null;
    }
}
