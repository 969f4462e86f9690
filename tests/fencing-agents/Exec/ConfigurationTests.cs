using Cluster.Tests.Support;

namespace Cluster.Fencing.Exec.Tests;

public sealed class ConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("agent", "fence_that_does_not_exist")]
    [InlineData("agent", "relative/fence_agent")]
    [InlineData("action", "off")]
    [InlineData("nodename", "n9")]
    [InlineData("password", "in-the-clear")]
    [InlineData("snmp_priv_passwd", "in-the-clear")]
    [InlineData("aws_secret_key", "in-the-clear")]
    [InlineData("ip", "10.0.0.1\naction=on")]
    [InlineData("i p", "10.0.0.1")]
    [InlineData("hostMap", "n1")]
    [InlineData("hostMap", "n1:1;n1:2")]
    public void A_wrong_parameter_is_named_with_its_device(string name, string value)
    {
        var error = Assert.Throws<FenceConfigurationException>(() => Create((name, value)));
        Assert.Contains("'dev1'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("in-the-clear", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_that_prints_the_password_is_no_secret()
    {
        Create(("password_script", "/etc/fence/password.sh"));
    }

    [Fact]
    public void An_agent_that_others_may_write_is_refused()
    {
        var path = _folder.Script("fence_open", "#!/bin/sh\n");
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherWrite);
        var error = Assert.Throws<FenceConfigurationException>(() => Create(("agent", path)));
        Assert.Contains("chmod go-w", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_with_a_line_break_is_refused_because_it_would_set_another_parameter()
    {
        _folder.Secret("password", "x\naction=on");
        var error = Assert.Throws<FenceConfigurationException>(() => Create(("password", "file:password")));
        Assert.Contains("one line", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("action=on", error.Message, StringComparison.Ordinal);
    }

    private void Create(params (string Name, string Value)[] settings)
    {
        var parameters = new Dictionary<string, string> { ["agent"] = _folder.Script("fence_good", "#!/bin/sh\n") };
        foreach (var (name, value) in settings)
        {
            parameters[name] = value;
        }

        new ExecAgentFactory().Create(new FenceDevice("dev1", "exec", ["n1"], parameters), new SecretSource(_folder.Path));
    }
}
