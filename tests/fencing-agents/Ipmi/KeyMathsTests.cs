using System.Text;
using Cluster.Fencing.Ipmi.Session;

namespace Cluster.Fencing.Ipmi.Tests;

public sealed class KeyMathsTests
{
    private static readonly RakpNonces Nonces = new(
        0x04030201, 0x14131211, Bytes(0x20, 16), Bytes(0x30, 16), Bytes(0x40, 16));

    [Fact]
    public void The_hmacs_are_those_of_the_rfcs()
    {
        // RFC 2202 (SHA-1) and RFC 4231 (SHA-256), test case 2.
        var key = Encoding.ASCII.GetBytes("Jefe");
        var data = Encoding.ASCII.GetBytes("what do ya want for nothing?");
        Assert.Equal("EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79", Convert.ToHexString(CipherSuite.Suite3.Hmac(key, data)));
        Assert.Equal(
            "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843",
            Convert.ToHexString(CipherSuite.Suite17.Hmac(key, data)));
    }

    [Theory]
    [InlineData(3, 1, 1, 20, 12)]
    [InlineData(17, 3, 4, 32, 16)]
    public void The_suites_have_the_numbers_and_lengths_of_the_specification(
        int id, byte authentication, byte integrity, int hashLength, int cut)
    {
        var suite = Suite(id);
        Assert.Equal(
            (id, authentication, integrity, (byte)1, hashLength, cut),
            (suite.Id, suite.Authentication, suite.Integrity, suite.Confidentiality, suite.HashLength, suite.IntegrityLength));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    public void The_proofs_cover_the_fields_in_the_order_of_the_specification(int id)
    {
        var suite = Suite(id);
        var password = Encoding.ASCII.GetBytes("s3cret");
        var exchange = new RakpExchange(suite, Nonces, 0x14, Encoding.ASCII.GetBytes("root"));
        byte[] user = [0x14, 4, (byte)'r', (byte)'o', (byte)'o', (byte)'t'];
        byte[] sidM = [0x01, 0x02, 0x03, 0x04];
        byte[] sidC = [0x11, 0x12, 0x13, 0x14];
        byte[] rM = Bytes(0x20, 16), rC = Bytes(0x30, 16), guid = Bytes(0x40, 16);

        Assert.Equal(suite.Hmac(password, [.. sidM, .. sidC, .. rM, .. rC, .. guid, .. user]), exchange.BmcProof(password));
        Assert.Equal(suite.Hmac(password, [.. rC, .. sidM, .. user]), exchange.ConsoleProof(password));
        var key = suite.Hmac(password, [.. rM, .. rC, .. user]);
        Assert.Equal(key, exchange.SessionKey(password));
        Assert.Equal(suite.Hmac(key, [.. rM, .. sidC, .. guid])[..suite.IntegrityLength], exchange.SessionProof(key));
        Assert.Equal(suite.Hmac(key, Enumerable.Repeat((byte)2, 20).ToArray()), exchange.DerivedKey(key, 2));
    }

    private static CipherSuite Suite(int id) => id == 3 ? CipherSuite.Suite3 : CipherSuite.Suite17;

    private static byte[] Bytes(byte first, int count) =>
        Enumerable.Range(first, count).Select(value => (byte)value).ToArray();
}
