using Cluster.Tests.Support;

namespace Cluster.Fencing.Exec.Tests;

/// <summary>Against agents of Debian's package fence-agents.</summary>
public sealed class RealAgentTests : IDisposable
{
    private static readonly TimeSpan Plenty = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fence_dummy_switches_a_file()
    {
        Assert.SkipUnless(Programs.Installed("fence_dummy"), Programs.Missing("fence_dummy"));
        var file = _folder["status"];
        await File.WriteAllTextAsync(file, "on", TestContext.Current.CancellationToken);
        await using var agent = Create(("agent", "fence_dummy"), ("type", "file"), ("status_file", file));

        Assert.Equal(PowerState.On, (await RunAsync(agent, FenceAction.Status)).Power);
        var off = await RunAsync(agent, FenceAction.Off);
        Assert.True(off is { Succeeded: true, Evidence: FenceEvidence.ObservedOff }, off.Detail);
        Assert.Contains("off", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var on = await RunAsync(agent, FenceAction.On);
        Assert.True(on is { Succeeded: true, Power: PowerState.On }, on.Detail);
        Assert.True((await RunAsync(agent, FenceAction.Monitor)).Succeeded);
    }

    [Fact]
    public async Task Fence_ipmilan_fences_through_ipmi_sim()
    {
        Assert.SkipUnless(Programs.Installed("fence_ipmilan", "ipmitool", "ipmi_sim"),
            Programs.Missing("fence_ipmilan", "ipmitool", "ipmi_sim"));
        await using var bmc = await IpmiSimProcess.StartAsync(new IpmiSimOptions());
        await using var agent = Ipmilan(bmc, "s3cret");
        var off = await RunAsync(agent, FenceAction.Off);
        Assert.True(off is { Succeeded: true, Evidence: FenceEvidence.ObservedOff }, off.Detail);
        Assert.False(bmc.PowerIsOn);
    }

    [Fact]
    public async Task Fence_ipmilan_with_a_wrong_password_fails_and_does_not_show_it()
    {
        Assert.SkipUnless(Programs.Installed("fence_ipmilan", "ipmitool", "ipmi_sim"),
            Programs.Missing("fence_ipmilan", "ipmitool", "ipmi_sim"));
        await using var bmc = await IpmiSimProcess.StartAsync(new IpmiSimOptions());
        await using var agent = Ipmilan(bmc, "not-this-one");
        var off = await RunAsync(agent, FenceAction.Off);
        TestContext.Current.TestOutputHelper!.WriteLine(off.ToString());
        Assert.Equal((false, FenceEvidence.None), (off.Succeeded, off.Evidence));
        Assert.DoesNotContain("not-this-one", off.ToString(), StringComparison.Ordinal);
        Assert.True(bmc.PowerIsOn);
    }

    [Theory]
    [InlineData("fence_ipmilan", false)]
    [InlineData("fence_apc", false)]
    [InlineData("fence_scsi", true)]
    [InlineData("fence_ifmib", true)]
    public async Task The_descriptions_of_real_agents_are_understood(string name, bool fabric)
    {
        Assert.SkipUnless(Programs.Installed(name), Programs.Missing(name));
        var answer = await AgentProcess.RunAsync(
            Programs.Find(name)!, AgentInput.ForMetadata().Text, Plenty, TestContext.Current.CancellationToken);
        var metadata = AgentMetadata.Parse(answer.Output);
        Assert.Equal((name, fabric, true, "plug"), (metadata.Name, metadata.IsFabric, metadata.CanObserve, metadata.PlugParameter));
    }

    private IFenceAgent Ipmilan(IpmiSimProcess bmc, string password)
    {
        _folder.Secret("password", password);
        return Create(
            ("agent", "fence_ipmilan"), ("ip", "127.0.0.1"), ("ipport", $"{bmc.Port}"), ("username", "admin"),
            ("password", "file:password"), ("lanplus", "1"), ("cipher", "3"));
    }

    private IFenceAgent Create(params (string Name, string Value)[] parameters) => new ExecAgentFactory().Create(
        new FenceDevice("dev1", "exec", ["n1"], parameters.ToDictionary(pair => pair.Name, pair => pair.Value)),
        new SecretSource(_folder.Path));

    private static Task<FenceResult> RunAsync(IFenceAgent agent, FenceAction action) =>
        agent.ExecuteAsync(new FenceRequest("n1", action, Plenty), TestContext.Current.CancellationToken);
}
