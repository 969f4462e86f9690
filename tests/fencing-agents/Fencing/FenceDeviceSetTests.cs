using Cluster.Tests.Support;

namespace Cluster.Fencing.Tests;

public sealed class FenceDeviceSetTests : IDisposable
{
    private static readonly Dictionary<string, string> Good = new() { ["address"] = "here" };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Devices_are_found_by_target_and_level_in_order()
    {
        await using var set = Create(
            Device("c", 2, "n1"), Device("a", 1, "n1", "n2"), Device("b", 2, "n1", "n3"), Device("d", 1, "n3"));
        Assert.Equal([1, 2], set.Levels("n1"));
        Assert.Equal([1], set.Levels("n2"));
        Assert.Empty(set.Levels("n9"));
        Assert.Equal(["a"], set.For("n1", 1).Select(device => device.Name));
        Assert.Equal(["c", "b"], set.For("n1", 2).Select(device => device.Name));
        Assert.Empty(set.For("n1", 3));
        Assert.Equal(["n1", "n2", "n3"], set.Targets);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once_with_device_and_parameter()
    {
        var error = Assert.Throws<FenceConfigurationException>(() => Create(
            Device("ok", 1, "n1"),
            Device("ok", 1, "n2"),
            Device("deep", 10, "n1"),
            Device("idle", 1),
            new FenceDevice("alien", "teleport", ["n1"], Good),
            new FenceDevice("bare", "test", ["n1"], new Dictionary<string, string>()),
            new FenceDevice("typo", "test", ["n1"], new Dictionary<string, string> { ["address"] = "x", ["adress"] = "y" }),
            new FenceDevice("open", "test", ["n1"], new Dictionary<string, string> { ["address"] = "x", ["password"] = "clear" }),
            new FenceDevice("lost", "test", ["n1"], new Dictionary<string, string> { ["address"] = "x", ["password"] = "file:no" })));
        var lines = error.Message.Split('\n');
        Assert.Equal(8, lines.Length);
        (string Device, string Word)[] expected =
        [
            ("ok", "configured twice"), ("deep", "level is 10"), ("idle", "targets"), ("alien", "'teleport'"),
            ("bare", "'address' is missing"), ("typo", "'adress' is not known"), ("open", "'password' is a secret in the clear"),
            ("lost", "file:no"),
        ];
        foreach (var (device, word) in expected)
        {
            Assert.Contains(lines, line =>
                line.Contains($"'{device}'", StringComparison.Ordinal) && line.Contains(word, StringComparison.Ordinal));
        }

        Assert.DoesNotContain("clear\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plug_in_for_a_family_of_devices_may_take_other_parameters()
    {
        var parameters = new Dictionary<string, string> { ["address"] = "x", ["anything"] = "y" };
        var factory = new ScriptedFactory(new Dictionary<string, ScriptedAgent> { ["a"] = Idle() }, open: true);
        var set = FenceDeviceSet.Create(
            [new FenceDevice("a", "test", ["n1"], parameters)], [factory], new SecretSource(_folder.Path));
        Assert.Single(set.Devices);
    }

    [Fact]
    public async Task Agents_are_disposed_with_the_set_and_when_another_device_is_wrong()
    {
        var agents = new Dictionary<string, ScriptedAgent> { ["a"] = Idle() };
        var factory = new ScriptedFactory(agents);
        var set = FenceDeviceSet.Create([Device("a", 1, "n1")], [factory], new SecretSource(_folder.Path));
        Assert.False(agents["a"].Disposed);
        await set.DisposeAsync();
        Assert.True(agents["a"].Disposed);

        agents["a"] = Idle();
        Assert.Throws<FenceConfigurationException>(() =>
            FenceDeviceSet.Create([Device("a", 1, "n1"), Device("b", 0, "n1")], [factory], new SecretSource(_folder.Path)));
        Assert.True(agents["a"].Disposed);
    }

    private FenceDeviceSet Create(params FenceDevice[] devices) => FenceDeviceSet.Create(
        devices,
        [new ScriptedFactory(devices.Select(device => device.Name).Distinct().ToDictionary(name => name, _ => Idle()))],
        new SecretSource(_folder.Path));

    private static FenceDevice Device(string name, int level, params string[] targets) => new(name, "test", targets, Good, level);

    private static ScriptedAgent Idle() => new((_, _) => Task.FromResult(FenceResult.ObservedOff("off")));
}
