using System.Globalization;
using Cluster.Tests.Support;

namespace Cluster.Fencing.Exec.Tests;

public sealed class ScriptedAgentTests
{
    // A switch in a file: its status is what the file says.
    private const string Obedient = """
        case $action in
        off) echo off > $HERE/power ;;
        on) echo on > $HERE/power ;;
        status) if [ "$(cat $HERE/power 2>/dev/null)" = off ]; then exit 2; fi ;;
        monitor) ;;
        esac
        exit 0
        """;

    [Fact]
    public async Task Off_is_evidence_only_after_status_said_off()
    {
        await using var device = new ScriptedDevice(Obedient);
        Assert.Equal(PowerState.On, (await device.RunAsync(FenceAction.Status)).Power);
        var off = await device.RunAsync(FenceAction.Off);
        Assert.Equal((true, FenceEvidence.ObservedOff, PowerState.Off), (off.Succeeded, off.Evidence, off.Power));
        Assert.Equal(["status", "off", "status"], device.Calls);
        Assert.Equal(PowerState.On, (await device.RunAsync(FenceAction.On)).Power);
        Assert.True((await device.RunAsync(FenceAction.Monitor)).Succeeded);
    }

    [Fact]
    public async Task An_agent_that_reports_success_while_the_target_stays_on_is_a_failure()
    {
        await using var device = new ScriptedDevice("exit 0");
        var off = await device.RunAsync(FenceAction.Off, seconds: 1);
        Assert.Equal(
            (false, FenceEvidence.None, FenceFailure.StillOn, PowerState.On), (off.Succeeded, off.Evidence, off.Failure, off.Power));
    }

    [Fact]
    public async Task A_failed_order_is_a_failure_even_with_time_left()
    {
        await using var device = new ScriptedDevice("""[ $action = off ] && { echo 'Failed: no such outlet' >&2; exit 1; }; exit 0""");
        var off = await device.RunAsync(FenceAction.Off);
        Assert.Equal((false, FenceEvidence.None, FenceFailure.Device), (off.Succeeded, off.Evidence, off.Failure));
        Assert.Contains("no such outlet", off.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_is_off_after_a_failed_order_is_off()
    {
        await using var device = new ScriptedDevice("""[ $action = off ] && exit 1; exit 2""");
        var off = await device.RunAsync(FenceAction.Off);
        Assert.Equal((true, FenceEvidence.ObservedOff), (off.Succeeded, off.Evidence));
        Assert.Contains("exit code 1", off.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_agent_that_ends_with_2_proves_nothing()
    {
        // What a shell does with a syntax error: exit code 2 and a complaint, which must not read as "off".
        await using var device = new ScriptedDevice("""[ $action = status ] && { echo 'Syntax error: ")" unexpected' >&2; exit 2; }; exit 0""");
        var off = await device.RunAsync(FenceAction.Off, seconds: 1);
        Assert.Equal((false, FenceEvidence.None), (off.Succeeded, off.Evidence));
    }

    [Fact]
    public async Task An_agent_without_status_is_refused_before_it_does_anything()
    {
        await using var device = new ScriptedDevice("exit 0", actions: "off on reboot monitor");
        foreach (var action in new[] { FenceAction.Off, FenceAction.Monitor })
        {
            var result = await device.RunAsync(action);
            Assert.Equal((false, FenceFailure.Configuration), (result.Succeeded, result.Failure));
            Assert.Contains("no action 'status'", result.Detail, StringComparison.Ordinal);
        }

        Assert.Empty(device.Calls);
    }

    [Fact]
    public async Task A_fabric_agent_gives_the_evidence_of_a_cut_and_not_of_power_off()
    {
        await using var device = new ScriptedDevice(Obedient, actions: "off on status monitor");
        var off = await device.RunAsync(FenceAction.Off);
        Assert.Equal((true, FenceEvidence.FabricCut, PowerState.Unknown), (off.Succeeded, off.Evidence, off.Power));
    }

    [Fact]
    public async Task A_program_that_is_no_fence_agent_is_a_configuration_failure()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Script("fence_nonsense", "#!/bin/sh\necho hello\n");
        var parameters = new Dictionary<string, string> { ["agent"] = path };
        await using var agent = new ExecAgentFactory().Create(
            new FenceDevice("dev1", "exec", ["n1"], parameters), new SecretSource(folder.Path));
        var result = await agent.ExecuteAsync(
            new FenceRequest("n1", FenceAction.Off, TimeSpan.FromSeconds(20)), TestContext.Current.CancellationToken);
        Assert.Equal((false, FenceFailure.Configuration), (result.Succeeded, result.Failure));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hanging_agent_is_killed_with_everything_it_started(bool cancelled)
    {
        // The child is orphaned on purpose: a walk from the agent to its children would not find it.
        await using var device = new ScriptedDevice("""
            [ $action = off ] || exit 0
            ( sleep 600 & echo $! > $HERE/child )
            sleep 600
            """);
        using var cancel = new CancellationTokenSource();
        var running = device.RunAsync(FenceAction.Off, seconds: cancelled ? 300 : 2, cancellation: cancel.Token);
        await Eventually.Holds(() => device.Has("child"), "the agent's child");
        var child = int.Parse(device.Read("child"), CultureInfo.InvariantCulture);
        if (cancelled)
        {
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        }
        else
        {
            var result = await running;
            Assert.Equal((false, FenceEvidence.None, FenceFailure.TimedOut), (result.Succeeded, result.Evidence, result.Failure));
        }

        await Eventually.Holds(() => !Runs(child), "the orphan to be gone");
    }

    [Fact]
    public async Task Secrets_arrive_on_standard_input_and_nowhere_else()
    {
        Environment.SetEnvironmentVariable("CLUSTER_TEST_SECRET", "env-hunter3");
        await using var device = new ScriptedDevice(
            """
            printf '%s\n' "$input" > $HERE/input
            tr '\0' '\n' < /proc/$$/cmdline > $HERE/argv
            env > $HERE/env
            exit 0
            """,
            settings: [("password", "file:password"), ("snmp_priv_passwd", "env:CLUSTER_TEST_SECRET"), ("username", "admin")]);
        await device.RunAsync(FenceAction.Status);
        Assert.Equal(
            "password=hunter2hunter2\nsnmp_priv_passwd=env-hunter3\nusername=admin\nplug=n1\nnodename=n1\naction=status\n",
            device.Read("input"));
        foreach (var place in new[] { "argv", "env" })
        {
            Assert.NotEmpty(device.Read(place));
            Assert.DoesNotContain("hunter", device.Read(place), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_secret_that_the_agent_repeats_does_not_get_into_the_result()
    {
        await using var device = new ScriptedDevice(
            """echo "login with hunter2hunter2 failed: authentication error" >&2; exit 1""", settings: [("password", "file:password")]);
        var result = await device.RunAsync(FenceAction.Off);
        Assert.Equal((false, FenceFailure.Authentication), (result.Succeeded, result.Failure));
        Assert.Contains("login with *** failed", result.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", result.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plug", "n1", "plug=1")]
    [InlineData("plug", "n2", "plug=outlet-7")]
    [InlineData("port", "n1", "port=1")]
    [InlineData("ip", "n1", "nodename=n1")]
    public async Task The_target_is_called_what_the_device_calls_it(string parameter, string target, string expected)
    {
        await using var device = new ScriptedDevice(
            """printf '%s\n' "$input" > $HERE/input; exit 0""", plugParameter: parameter, settings: [("hostMap", "n1:1;n2:outlet-7")]);
        await device.RunAsync(FenceAction.Status, target: target);
        Assert.Contains(expected, device.Read("input").Split('\n'));
        Assert.Equal(parameter == "ip" ? 2 : 3, device.Read("input").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task An_agent_that_floods_its_output_does_not_block()
    {
        await using var device = new ScriptedDevice("""head -c 3000000 /dev/zero | tr '\0' x >&2; exit 1""");
        var result = await device.RunAsync(FenceAction.Status);
        Assert.Equal((false, FenceFailure.Device), (result.Succeeded, result.Failure));
        Assert.True(result.Detail.Length < 1000, "the detail stays short");
    }

    private static bool Runs(int process) =>
        File.Exists($"/proc/{process}/stat") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z", StringComparison.Ordinal);
}
