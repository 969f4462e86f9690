using Cluster.Tests.Support;

namespace Cluster.Fencing.Ipmi.Tests;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("cipherSuite", "0")]
    [InlineData("cipherSuite", "1")]
    [InlineData("cipherSuite", "2")]
    [InlineData("port", "70000")]
    [InlineData("retransmitMs", "fast")]
    [InlineData("privilege", "user")]
    [InlineData("user", "a-name-of-17-byte")]
    [InlineData("address", "")]
    public void A_parameter_out_of_range_is_named_with_its_device(string name, string value)
    {
        using var folder = new TemporaryFolder();
        folder.Secret("password", "s3cret");
        var error = Assert.Throws<FenceConfigurationException>(() => Create(folder, (name, value)));
        Assert.Contains("'bmc7'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_longer_than_ipmi_allows_is_refused_rather_than_cut()
    {
        using var folder = new TemporaryFolder();
        folder.Secret("password", new string('x', 21));
        var error = Assert.Throws<FenceConfigurationException>(() => Create(folder));
        Assert.Contains("longer than the 20 bytes", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("xxx", error.Message, StringComparison.Ordinal);
    }

    private static void Create(TemporaryFolder folder, params (string Name, string Value)[] more)
    {
        var parameters = new Dictionary<string, string>
        {
            ["address"] = "127.0.0.1",
            ["user"] = "admin",
            ["password"] = "file:password",
        };
        foreach (var (name, value) in more)
        {
            parameters[name] = value;
        }

        new IpmiAgentFactory().Create(new FenceDevice("bmc7", "ipmi", ["n1"], parameters), new SecretSource(folder.Path));
    }
}
