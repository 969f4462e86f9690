using Cluster.Fencing.Ipmi.Commands;
using Cluster.Fencing.Ipmi.Rmcp;
using Cluster.Fencing.Ipmi.Session;

namespace Cluster.Fencing.Ipmi.Tests;

public sealed class PacketTests
{
    private const uint Session = 0x0A0B0C0D;
    private static readonly byte[] Vector = Enumerable.Range(1, 16).Select(value => (byte)value).ToArray();

    [Fact]
    public void A_capabilities_request_has_the_bytes_that_every_ipmi_tool_sends()
    {
        var request = IpmiMessage.Encode(ChannelCapabilities.Request(IpmiOptions.Administrator), 0);
        Assert.Equal("0600FF07000000000000000000092018C88100388E04B5", Convert.ToHexString(SessionlessPacket.Encode(request)));
    }

    [Fact]
    public void A_response_is_read_and_a_damaged_one_is_not()
    {
        // Chassis status, power on, to request 5: 81 04 7B | 20 14 01 00 21 10 40 | checksum.
        var message = Convert.FromHexString("81047B20140100" + "211040" + "5A");
        var response = IpmiMessage.Decode(message);
        Assert.NotNull(response);
        Assert.True(response.Answers(ChassisStatus.Request, 5));
        Assert.False(response.Answers(ChassisStatus.Request, 6));
        Assert.False(response.Answers(ChassisControl.Request(PowerState.Off), 5));
        Assert.Equal([0x21, 0x10, 0x40], response.Data);
        for (var at = 0; at < message.Length; at++)
        {
            var damaged = message.ToArray();
            damaged[at] ^= 0x01;
            Assert.Null(IpmiMessage.Decode(damaged));
            Assert.Null(IpmiMessage.Decode(message.AsSpan(0, at)));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    public void A_sealed_packet_opens_only_whole_genuine_and_for_its_session(int suite)
    {
        var cipher = Cipher(suite, 0x11);
        for (var length = 0; length < 40; length++)
        {
            var message = Enumerable.Range(0, length).Select(value => (byte)value).ToArray();
            var packet = cipher.Seal(Session, 7, message, Vector);
            Assert.Equal(message, cipher.Open(Session, packet, out var number));
            Assert.Equal(7u, number);
            Assert.Null(cipher.Open(Session + 1, packet, out _));
            Assert.Null(Cipher(suite, 0x12).Open(Session, packet, out _));
            Assert.Null(cipher.Open(Session, packet.AsSpan(0, packet.Length - 1), out _));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    public void No_changed_byte_of_a_sealed_packet_goes_unnoticed(int suite)
    {
        var cipher = Cipher(suite, 0x11);
        var packet = cipher.Seal(Session, 7, [1, 2, 3], Vector);
        for (var at = RmcpHeader.Length; at < packet.Length; at++)
        {
            var changed = packet.ToArray();
            changed[at] ^= 0x80;
            Assert.Null(cipher.Open(Session, changed, out _));
        }
    }

    [Fact]
    public void The_message_is_not_readable_in_the_sealed_packet()
    {
        byte[] message = [0xDE, 0xAD, 0xBE, 0xEF, 0xDE, 0xAD, 0xBE, 0xEF];
        var packet = Cipher(17, 0x11).Seal(Session, 1, message, Vector);
        Assert.Equal(-1, packet.AsSpan().IndexOf(message));
    }

    [Fact]
    public void Any_bytes_at_all_are_refused_without_an_exception()
    {
        var random = new Random(20240601);
        var cipher = Cipher(17, 0x11);
        for (var round = 0; round < 5000; round++)
        {
            var bytes = new byte[random.Next(0, 80)];
            random.NextBytes(bytes);
            if (bytes.Length > 5 && round % 2 == 0)
            {
                RmcpHeader.Bytes.CopyTo(bytes);
                bytes[4] = (byte)(round % 4 == 0 ? 0x06 : 0x00);
                bytes[5] = (byte)(round % 8 == 0 ? 0xC0 : 0x11);
            }

            Assert.Null(cipher.Open(Session, bytes, out _));
            SessionlessPacket.TryDecode(bytes, out _);
            SetupPacket.TryDecode(bytes, PayloadType.OpenSessionResponse, out _);
            IpmiMessage.Decode(bytes);
            var reply = SetupReply.Decode(bytes);
            reply?.OpenedWith(CipherSuite.Suite17);
            reply?.Rakp2(CipherSuite.Suite17);
            reply?.Rakp4(CipherSuite.Suite17);
        }
    }

    [Theory]
    [InlineData(8, 0x01)]
    [InlineData(16, 0x01)]
    [InlineData(24, 0x00)]
    public void An_open_session_answer_with_a_weaker_algorithm_is_not_accepted(int at, byte weaker)
    {
        var good = SetupMessages.OpenSession(1, 4, 0x01020304, CipherSuite.Suite17);
        byte[] payload = [1, 0, 4, 0, 4, 3, 2, 1, 0x99, 0, 0, 0, .. good[8..]];
        Assert.Equal(0x99u, SetupReply.Decode(payload)!.OpenedWith(CipherSuite.Suite17));
        payload[8 + at] = weaker;
        Assert.Null(SetupReply.Decode(payload)!.OpenedWith(CipherSuite.Suite17));
    }

    private static SessionCipher Cipher(int suite, byte key) => new(
        suite == 3 ? CipherSuite.Suite3 : CipherSuite.Suite17,
        Enumerable.Repeat(key, 20).ToArray(),
        Enumerable.Repeat((byte)(key + 1), 20).ToArray());
}
