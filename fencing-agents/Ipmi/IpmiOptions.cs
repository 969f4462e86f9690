using System.Text;
using Cluster.Fencing.Ipmi.Session;

namespace Cluster.Fencing.Ipmi;

/// <summary>A device's parameters, checked.</summary>
internal sealed record IpmiOptions(
    string Address,
    int Port,
    byte[] User,
    string PasswordReference,
    IReadOnlyList<CipherSuite> Suites,
    byte Privilege,
    TimeSpan Retransmit)
{
    public const byte Operator = 3;
    public const byte Administrator = 4;

    private const int LongestUser = 16;
    private const int LongestPassword = 20;

    /// <summary>How the device is called in messages to the operator.</summary>
    public string Bmc => $"BMC {Address}:{Port}";

    public static readonly IReadOnlyList<FenceParameter> Parameters =
    [
        new("address", Required: true, Secret: false, null, "Host name or IP address of the BMC."),
        new("port", Required: false, Secret: false, "623", "UDP port of the BMC."),
        new("user", Required: true, Secret: false, null, "Name of a BMC user, at most 16 bytes."),
        new("password", Required: true, Secret: true, null, "Reference to the user's password, at most 20 bytes."),
        new("cipherSuite", Required: false, Secret: false, "auto",
            "Cipher suite: 17, 3, or auto, which asks for 17 and then for 3. Weaker suites are never used."),
        new("privilege", Required: false, Secret: false, "operator",
            "Privilege level of the session: operator, which suffices to switch power, or administrator."),
        new("retransmitMs", Required: false, Secret: false, "250",
            "Milliseconds without an answer after which a packet is sent again; doubles with each repeat, up to 2000."),
    ];

    public static IpmiOptions From(FenceDevice device)
    {
        var read = new FenceParameterReader(device);
        var user = Encoding.UTF8.GetBytes(read.Required("user"));
        if (user.Length > LongestUser)
        {
            throw read.Wrong("user", $"has {user.Length} bytes. IPMI user names have at most {LongestUser}.");
        }

        return new IpmiOptions(
            read.Required("address"),
            read.Integer("port", 623, least: 1, greatest: 65535),
            user,
            read.Required("password"),
            read.OneOf("cipherSuite", "auto", "17", "3") switch
            {
                "17" => [CipherSuite.Suite17],
                "3" => [CipherSuite.Suite3],
                _ => [CipherSuite.Suite17, CipherSuite.Suite3],
            },
            read.OneOf("privilege", "operator", "administrator") == "operator" ? Operator : Administrator,
            TimeSpan.FromMilliseconds(read.Integer("retransmitMs", 250, least: 10, greatest: 5000)));
    }

    /// <summary>The password's bytes.</summary>
    /// <exception cref="FenceConfigurationException">There is none, or IPMI would cut it.</exception>
    public byte[] Password(ISecretSource secrets)
    {
        var password = Encoding.UTF8.GetBytes(secrets.Resolve(PasswordReference));
        return password.Length > LongestPassword
            ? throw new FenceConfigurationException(
                $"The password for {Bmc} behind 'password' is longer than the {LongestPassword} bytes of IPMI 2.0. Choose a shorter one.")
            : password;
    }
}
