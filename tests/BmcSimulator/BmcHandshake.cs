using System.Security.Cryptography;
using System.Text;

namespace Cluster.Tests.BmcSimulator;

/// <summary>The BMC's side of Open Session and RAKP (IPMI 2.0, sections 13.17 to 13.24).</summary>
internal sealed class BmcHandshake(BmcOptions options, BmcFaults faults, Dictionary<uint, BmcSession> sessions)
{
    private static readonly byte[] Guid = Encoding.ASCII.GetBytes("simulated-bmc-01");
    private uint _nextId = 0x0200_0001;

    public byte[]? Answer(byte type, byte[] payload) => type switch
    {
        0x10 when payload.Length >= 32 => Setup(0x11, OpenSession(payload)),
        0x12 when payload.Length >= 28 => Setup(0x13, Rakp2(payload)),
        0x14 when payload.Length >= 8 => Rakp4(payload) is { } message ? Setup(0x15, message) : null,
        _ => null,
    };

    private byte[] OpenSession(byte[] request)
    {
        var consoleId = request[4..8];
        var suite = options.Suites.Select(id => new BmcCrypto(id)).FirstOrDefault(crypto =>
            request[12] == crypto.Authentication && request[20] == crypto.Integrity && request[28] == 1);
        if (suite is null)
        {
            return [request[0], 0x11, 0, 0, .. consoleId];
        }

        var id = BitConverter.GetBytes(_nextId);
        sessions[_nextId++] = new BmcSession(suite, consoleId, id);
        return [request[0], 0, request[1] == 0 ? (byte)4 : request[1], 0, .. consoleId, .. id, .. request[8..32]];
    }

    private byte[] Rakp2(byte[] request)
    {
        if (!sessions.TryGetValue(BitConverter.ToUInt32(request, 4), out var session))
        {
            return [request[0], 0x02, 0, 0, 0, 0, 0, 0];
        }

        byte[] Refuse(byte status) => [request[0], status, 0, 0, .. session.ConsoleId];
        var name = Encoding.UTF8.GetString(request, 28, Math.Min(request[27], request.Length - 28));
        session.User = options.Users.FirstOrDefault(user => user.Name == name);
        if (session.User is null)
        {
            return Refuse(0x0D);
        }

        session.Role = request[24];
        if (!faults.ChecksPrivilegeLate && (session.Role & 0x0F) > session.User.Privilege)
        {
            return Refuse(0x0A);
        }

        session.ConsoleRandom = request[8..24];
        session.Random = RandomNumberGenerator.GetBytes(16);
        var proof = session.Crypto.Mac(
            Key(session), session.ConsoleId, session.Id, session.ConsoleRandom, session.Random, Guid, RoleAndName(session));
        return [request[0], 0, 0, 0, .. session.ConsoleId, .. session.Random, .. Guid, .. proof];
    }

    private byte[]? Rakp4(byte[] request)
    {
        if (!sessions.TryGetValue(BitConverter.ToUInt32(request, 4), out var session) || session.User is null)
        {
            return [request[0], 0x02, 0, 0, 0, 0, 0, 0];
        }

        if (request[1] != 0)
        {
            sessions.Remove(BitConverter.ToUInt32(request, 4));
            return null;
        }

        var expected = session.Crypto.Mac(Key(session), session.Random, session.ConsoleId, RoleAndName(session));
        if (!CryptographicOperations.FixedTimeEquals(expected, request.AsSpan(8)))
        {
            sessions.Remove(BitConverter.ToUInt32(request, 4));
            return [request[0], 0x0F, 0, 0, .. session.ConsoleId];
        }

        var sessionKey = session.Crypto.Mac(Key(session), session.ConsoleRandom, session.Random, RoleAndName(session));
        var proof = session.Crypto.Mac(sessionKey, session.ConsoleRandom, session.Id, Guid)[..session.Crypto.CutLength];
        if (faults.ForgeSessionProof)
        {
            proof[0] ^= 0xFF;
        }

        if (!session.Active)
        {
            session.Activate(sessionKey);
        }

        return [request[0], 0, 0, 0, .. session.ConsoleId, .. proof];
    }

    private static byte[] Key(BmcSession session) => Encoding.UTF8.GetBytes(session.User!.Password);

    private static byte[] RoleAndName(BmcSession session)
    {
        var name = Encoding.UTF8.GetBytes(session.User!.Name);
        return [session.Role, (byte)name.Length, .. name];
    }

    private static byte[] Setup(byte type, byte[] payload) =>
    [
        0x06, 0x00, 0xFF, 0x07, 0x06, type, 0, 0, 0, 0, 0, 0, 0, 0, (byte)payload.Length, (byte)(payload.Length >> 8), .. payload,
    ];
}
