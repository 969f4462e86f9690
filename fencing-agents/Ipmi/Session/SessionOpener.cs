using System.Security.Cryptography;
using Cluster.Fencing.Ipmi.Commands;
using Cluster.Fencing.Ipmi.Rmcp;

namespace Cluster.Fencing.Ipmi.Session;

/// <summary>
/// Sets up a session: capabilities, Open Session, RAKP 1 to 4, privilege level. Nothing that the BMC says is trusted before its
/// proof has been checked.
/// </summary>
internal sealed class SessionOpener(UdpChannel channel, IpmiOptions options, CipherSuite suite, CancellationToken cancellation)
{
    // After this many sendings of one step the whole set-up starts again: the BMC may have dropped the half-open session.
    private const int Tries = 4;
    private const byte StatusWrongProof = 0x0F;

    private readonly byte _role = (byte)(SetupMessages.NameOnlyLookup | options.Privilege);
    private readonly byte[] _consoleRandom = RandomNumberGenerator.GetBytes(16);
    private readonly uint _consoleSession = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
    private byte _tag;

    public async Task<IpmiSession> OpenAsync(byte[] password)
    {
        await CheckCapabilitiesAsync().ConfigureAwait(false);
        var bmcSession = await OpenSessionAsync().ConfigureAwait(false);
        var exchange = await IdentifyAsync(bmcSession, password).ConfigureAwait(false);
        var sessionKey = exchange.SessionKey(password);
        await ActivateAsync(bmcSession, exchange, password, sessionKey).ConfigureAwait(false);
        var cipher = new SessionCipher(suite, exchange.DerivedKey(sessionKey, 1), exchange.DerivedKey(sessionKey, 2));
        var session = new IpmiSession(channel, cipher, options, _consoleSession, bmcSession);
        await SetSessionPrivilege.RunAsync(session, options, cancellation).ConfigureAwait(false);
        return session;
    }

    private async Task CheckCapabilitiesAsync()
    {
        var request = ChannelCapabilities.Request(options.Privilege);
        var response = await channel.ExchangeAsync(
            () => SessionlessPacket.Encode(IpmiMessage.Encode(request, ++_tag)),
            packet => SessionlessPacket.TryDecode(packet, out var message)
                && IpmiMessage.Decode(message) is { } answer
                && answer.Answers(request, (byte)(_tag & IpmiMessage.SequenceMask)) ? answer : null,
            int.MaxValue,
            cancellation).ConfigureAwait(false);
        ChannelCapabilities.Check(response!, options);
    }

    private async Task<uint> OpenSessionAsync()
    {
        var reply = await StepAsync(
            "Open Session",
            PayloadType.OpenSessionRequest,
            PayloadType.OpenSessionResponse,
            tag => SetupMessages.OpenSession(tag, options.Privilege, _consoleSession, suite)).ConfigureAwait(false);
        if (RmcpStatus.RefusesSuite(reply.Status))
        {
            throw new IpmiException(FenceFailure.Configuration, Recovery.NextSuite,
                $"{options.Bmc} refuses cipher suite {suite.Id}: {RmcpStatus.Text(reply.Status)}. Enable it there, or change 'cipherSuite'.");
        }

        if (reply.Status != RmcpStatus.Ok)
        {
            var privilege = reply.Status is 0x09 or 0x0A;
            throw Refused("Open Session", reply.Status, privilege ? FenceFailure.Privilege : FenceFailure.Device);
        }

        // A BMC that agrees to something else than was proposed is broken or forged: no fallback.
        return reply.OpenedWith(suite) ?? throw new IpmiException(FenceFailure.Device, Recovery.None,
            $"{options.Bmc} answered Open Session with other algorithms than cipher suite {suite.Id}, or cut short. Update its firmware.");
    }

    private async Task<RakpExchange> IdentifyAsync(uint bmcSession, byte[] password)
    {
        var reply = await StepAsync(
            "RAKP 1",
            PayloadType.Rakp1,
            PayloadType.Rakp2,
            tag => SetupMessages.Rakp1(tag, bmcSession, _consoleRandom, _role, options.User)).ConfigureAwait(false);
        if (reply.Status != RmcpStatus.Ok)
        {
            throw Refused("the user", reply.Status, RmcpStatus.OfUserRefusal(reply.Status));
        }

        var (random, guid, proof) = reply.Rakp2(suite) ?? throw CutShort("RAKP 2");
        var exchange = new RakpExchange(
            suite, new RakpNonces(_consoleSession, bmcSession, _consoleRandom, random, guid), _role, options.User);
        if (!RakpExchange.Matches(proof, exchange.BmcProof(password)))
        {
            // Tells the BMC to give the half-open session up: it has few of them.
            channel.Post(SetupPacket.Encode(PayloadType.Rakp3, SetupMessages.Rakp3(++_tag, StatusWrongProof, bmcSession, [])));
            throw new IpmiException(FenceFailure.Authentication, Recovery.None,
                $"{options.Bmc} has another password for this user. Check 'user' and the secret behind 'password'.");
        }

        return exchange;
    }

    private async Task ActivateAsync(uint bmcSession, RakpExchange exchange, byte[] password, byte[] sessionKey)
    {
        var reply = await StepAsync(
            "RAKP 3",
            PayloadType.Rakp3,
            PayloadType.Rakp4,
            tag => SetupMessages.Rakp3(tag, RmcpStatus.Ok, bmcSession, exchange.ConsoleProof(password)),
            anyTagOfStep: true).ConfigureAwait(false);
        if (reply.Status != RmcpStatus.Ok)
        {
            // The BMC proved in RAKP 2 that it knows our password, so this is a set-up gone astray (a repeated RAKP 1 that made it
            // choose new random bytes, or a session that it dropped), not a wrong password. A fresh one is due.
            throw new IpmiException(FenceFailure.Device, Recovery.Reconnect,
                $"{options.Bmc} broke the session set-up off at RAKP 3: {RmcpStatus.Text(reply.Status)} (0x{reply.Status:X2}). Check its log.");
        }

        var proof = reply.Rakp4(suite) ?? throw CutShort("RAKP 4");
        if (!RakpExchange.Matches(proof, exchange.SessionProof(sessionKey)))
        {
            throw new IpmiException(FenceFailure.Authentication, Recovery.None,
                $"{options.Bmc} did not come to the same session key. It may have a BMC key (K_g) set, which is not supported: clear it.");
        }
    }

    private async Task<SetupReply> StepAsync(
        string step, PayloadType asked, PayloadType answered, Func<byte, byte[]> message, bool anyTagOfStep = false)
    {
        // Each sending has a tag of its own. As a rule only the last one's answer counts: a BMC that answers a repeated request
        // afresh has forgotten what it said before.
        var first = (byte)(_tag + 1);
        var reply = await channel.ExchangeAsync(
            () => SetupPacket.Encode(asked, message(++_tag)),
            packet => SetupPacket.TryDecode(packet, answered, out var payload)
                && SetupReply.Decode(payload) is { } answer
                && (anyTagOfStep ? (byte)(answer.Tag - first) <= (byte)(_tag - first) : answer.Tag == _tag)
                && (answer.Status != RmcpStatus.Ok || answer.ConsoleSession == _consoleSession) ? answer : null,
            Tries,
            cancellation).ConfigureAwait(false);
        return reply ?? throw new IpmiException(FenceFailure.TimedOut, Recovery.Reconnect,
            $"{options.Bmc} did not answer {step}. Check its load and the network.");
    }

    private IpmiException CutShort(string message) => new(FenceFailure.Device, Recovery.Reconnect,
        $"{options.Bmc} sent a {message} message that is cut short. Update its firmware.");

    private IpmiException Refused(string what, byte status, FenceFailure failure) => new(
        failure,
        RmcpStatus.IsBusy(status) ? Recovery.Reconnect : Recovery.None,
        $"{options.Bmc} refused {what}: {RmcpStatus.Text(status)} (0x{status:X2}). "
            + (failure switch
            {
                FenceFailure.Authentication => "Check 'user' and the secret behind 'password'.",
                FenceFailure.Privilege => "Give the user the operator privilege on the BMC's LAN channel.",
                _ => "Check the BMC's log and its open sessions.",
            }));
}
