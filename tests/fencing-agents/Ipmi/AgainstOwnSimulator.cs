using Cluster.Tests.BmcSimulator;
using Cluster.Tests.Support;

namespace Cluster.Fencing.Ipmi.Tests;

public sealed class AgainstOwnSimulator : IAsyncDisposable
{
    private readonly MemoryPowerSwitch _power = new(on: true);
    private SimulatedBmc? _bmc;

    public async ValueTask DisposeAsync()
    {
        if (_bmc is not null)
        {
            await _bmc.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    public async Task Ipmitool_accepts_the_simulator_with_either_suite(int suite)
    {
        Assert.SkipUnless(Programs.Installed("ipmitool"), Programs.Missing("ipmitool"));
        var bmc = Start([suite]);
        using var folder = new TemporaryFolder();
        var password = folder.Secret("password", "s3cret");
        Assert.Equal("Chassis Power is on", await IpmiTool.PowerAsync(bmc.Port, suite, password));
        await IpmiTool.PowerAsync(bmc.Port, suite, password, "off");
        Assert.False(_power.IsOn());
        Assert.Equal("Chassis Power is off", await IpmiTool.PowerAsync(bmc.Port, suite, password));
        await IpmiTool.PowerAsync(bmc.Port, suite, password, "on");
        Assert.True(_power.IsOn());
    }

    [Theory]
    [InlineData("17", 17)]
    [InlineData("3", 3)]
    [InlineData("auto", 17)]
    public async Task Off_is_observed_with_the_strongest_suite_that_was_allowed(string asked, int used)
    {
        var bmc = Start();
        await using var device = new IpmiDevice(bmc.Port, more: ("cipherSuite", asked));
        var result = await device.RunAsync(FenceAction.Off);
        Assert.Equal((true, FenceEvidence.ObservedOff), (result.Succeeded, result.Evidence));
        Assert.Contains($"cipher suite {used})", result.Detail, StringComparison.Ordinal);
        Assert.False(_power.IsOn());
        Assert.Equal(0, bmc.SessionsHeld);
    }

    [Fact]
    public async Task A_bmc_that_agrees_to_no_offered_suite_gets_no_weaker_offer()
    {
        var bmc = Start(suites: []);
        await using var device = new IpmiDevice(bmc.Port);
        var result = await device.RunAsync(FenceAction.Off);
        Assert.Equal((false, FenceFailure.Configuration), (result.Succeeded, result.Failure));
        Assert.Equal(4, bmc.Requests); // capabilities and Open Session, once for 17 and once for 3
    }

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    public async Task A_wrong_password_leaves_no_session_behind(int suite)
    {
        var bmc = Start([suite]);
        await using var device = new IpmiDevice(bmc.Port, password: "wrong");
        var result = await device.RunAsync(FenceAction.Off);
        Assert.Equal((false, FenceFailure.Authentication), (result.Succeeded, result.Failure));
        await Eventually.Holds(() => bmc.SessionsHeld == 0, "the half-open session to be given up");
        Assert.True(_power.IsOn());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_without_the_privilege_is_told_apart_from_a_wrong_password(bool refusedLate)
    {
        var bmc = Start();
        bmc.Faults.ChecksPrivilegeLate = refusedLate;
        await using var device = new IpmiDevice(bmc.Port, user: "peon");
        var result = await device.RunAsync(FenceAction.Monitor);
        Assert.Equal((false, FenceFailure.Privilege), (result.Succeeded, result.Failure));
        Assert.Contains("privilege", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bmc_that_accepts_off_and_stays_on_is_a_failure_after_two_orders()
    {
        var bmc = Start();
        bmc.Faults.StaysOn = true;
        await using var device = new IpmiDevice(bmc.Port);
        var result = await device.RunAsync(FenceAction.Off, TimeSpan.FromSeconds(1));
        Assert.Equal(
            (false, FenceEvidence.None, FenceFailure.StillOn, PowerState.On),
            (result.Succeeded, result.Evidence, result.Failure, result.Power));
        Assert.Equal([0, 0], bmc.Controls);
    }

    [Fact]
    public async Task An_order_that_the_bmc_lost_is_given_again()
    {
        var bmc = Start();
        bmc.Faults.OffOrdersLost = 1;
        await using var device = new IpmiDevice(bmc.Port);
        var result = await device.RunAsync(FenceAction.Off, TimeSpan.FromSeconds(2));
        Assert.Equal((true, FenceEvidence.ObservedOff), (result.Succeeded, result.Evidence));
        Assert.Equal([0, 0], bmc.Controls);
    }

    [Fact]
    public async Task Off_waits_for_a_power_supply_that_takes_its_time()
    {
        var bmc = Start();
        bmc.Faults.OffTakes = TimeSpan.FromMilliseconds(400);
        await using var device = new IpmiDevice(bmc.Port);
        var result = await device.RunAsync(FenceAction.Off);
        Assert.Equal((true, FenceEvidence.ObservedOff), (result.Succeeded, result.Evidence));
        Assert.False(_power.IsOn());
        Assert.Equal([0], bmc.Controls);
    }

    [Fact]
    public async Task A_silent_bmc_is_unreachable()
    {
        var bmc = Start();
        bmc.Faults.Silent = true;
        await using var device = new IpmiDevice(bmc.Port, more: ("retransmitMs", "20"));
        var result = await device.RunAsync(FenceAction.Off, TimeSpan.FromMilliseconds(500));
        Assert.Equal((false, FenceFailure.Unreachable), (result.Succeeded, result.Failure));
        Assert.True(bmc.Requests > 1, "it should have asked more than once");
    }

    [Theory]
    [InlineData(nameof(BmcFaults.LoseEveryRequest), 2)]
    [InlineData(nameof(BmcFaults.LoseEveryRequest), 3)]
    [InlineData(nameof(BmcFaults.LoseEveryAnswer), 2)]
    [InlineData(nameof(BmcFaults.LoseEveryAnswer), 3)]
    public async Task Lost_packets_are_sent_again(string fault, int every)
    {
        var bmc = Start();
        typeof(BmcFaults).GetProperty(fault)!.SetValue(bmc.Faults, every);
        await using var device = new IpmiDevice(bmc.Port, more: ("retransmitMs", "20"));
        var off = await device.RunAsync(FenceAction.Off);
        Assert.True(off is { Succeeded: true, Evidence: FenceEvidence.ObservedOff }, off.Detail);
        Assert.False(_power.IsOn());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Repeated_and_late_answers_are_not_taken_for_other_ones(bool duplicates, bool old)
    {
        var bmc = Start();
        bmc.Faults.DuplicateAnswers = duplicates;
        bmc.Faults.RepeatOldAnswers = old;
        await using var device = new IpmiDevice(bmc.Port, more: ("retransmitMs", "5000"));
        for (var round = 1; round <= 5; round++)
        {
            Assert.Equal(PowerState.Off, (await device.RunAsync(FenceAction.Off)).Power);
            Assert.False(_power.IsOn());
            Assert.Equal(PowerState.On, (await device.RunAsync(FenceAction.On)).Power);
            Assert.True(_power.IsOn());

            // Two actions of nine packets: capabilities, Open Session, RAKP 1 and 3, privilege, status, control, status, close. A
            // status taken from an old answer would have called for another one.
            Assert.Equal(round * 2 * 9, bmc.Requests);
        }
    }

    [Fact]
    public async Task A_bmc_slower_than_the_first_retransmissions_is_still_understood()
    {
        var bmc = Start();
        bmc.Faults.Delay = TimeSpan.FromMilliseconds(60);
        await using var device = new IpmiDevice(bmc.Port, more: ("retransmitMs", "20"));
        var off = await device.RunAsync(FenceAction.Off);
        Assert.True(off is { Succeeded: true, Evidence: FenceEvidence.ObservedOff }, off.Detail);
        Assert.False(_power.IsOn());
    }

    [Fact]
    public async Task A_session_that_the_bmc_forgets_is_opened_again()
    {
        var bmc = Start();
        bmc.Faults.ForgetSessionAfter = 3; // privilege, status, order; the read-back needs another session
        await using var device = new IpmiDevice(bmc.Port, more: ("retransmitMs", "20"));
        var off = await device.RunAsync(FenceAction.Off);
        Assert.True(off is { Succeeded: true, Evidence: FenceEvidence.ObservedOff }, off.Detail);
        Assert.Equal(2, bmc.SessionsOpened);
    }

    [Fact]
    public async Task A_busy_bmc_is_asked_again()
    {
        var bmc = Start();
        bmc.Faults.BusyAnswers = 2;
        await using var device = new IpmiDevice(bmc.Port);
        Assert.Equal((true, PowerState.On), await StateAsync(device));
        Assert.Equal(1, bmc.SessionsOpened);
    }

    [Fact]
    public async Task A_forged_session_proof_is_not_trusted()
    {
        var bmc = Start();
        bmc.Faults.ForgeSessionProof = true;
        await using var device = new IpmiDevice(bmc.Port);
        var result = await device.RunAsync(FenceAction.Off);
        Assert.Equal((false, FenceFailure.Authentication), (result.Succeeded, result.Failure));
        Assert.Empty(bmc.Controls);
    }

    [Fact]
    public async Task Packets_with_a_forged_integrity_code_are_not_heard()
    {
        var bmc = Start();
        bmc.Faults.ForgeIntegrity = true;
        await using var device = new IpmiDevice(bmc.Port, more: ("retransmitMs", "20"));
        var result = await device.RunAsync(FenceAction.Status, TimeSpan.FromMilliseconds(600));
        Assert.Equal((false, FenceFailure.TimedOut), (result.Succeeded, result.Failure));
    }

    [Fact]
    public async Task A_status_answer_that_is_cut_short_is_no_evidence()
    {
        var bmc = Start();
        bmc.Faults.CutStatusShort = true;
        await using var device = new IpmiDevice(bmc.Port);
        var result = await device.RunAsync(FenceAction.Off);
        Assert.Equal((false, FenceEvidence.None, FenceFailure.Device), (result.Succeeded, result.Evidence, result.Failure));
    }

    [Fact]
    public async Task Cancelling_ends_the_action_at_once()
    {
        var bmc = Start();
        bmc.Faults.Silent = true;
        await using var device = new IpmiDevice(bmc.Port);
        using var cancel = new CancellationTokenSource();
        var running = device.RunAsync(FenceAction.Off, cancellation: cancel.Token);
        await Eventually.Holds(() => bmc.Requests > 0, "the first packet");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_changed_password_takes_effect_with_the_next_action()
    {
        var bmc = Start();
        await using var device = new IpmiDevice(bmc.Port, password: "old");
        Assert.Equal(FenceFailure.Authentication, (await device.RunAsync(FenceAction.Status)).Failure);
        await File.WriteAllTextAsync(device.PasswordFile, "s3cret\n");
        Assert.True((await device.RunAsync(FenceAction.Status)).Succeeded);
    }

    private static async Task<(bool, PowerState)> StateAsync(IpmiDevice device)
    {
        var result = await device.RunAsync(FenceAction.Status);
        return (result.Succeeded, result.Power);
    }

    private SimulatedBmc Start(int[]? suites = null) => _bmc = new SimulatedBmc(new BmcOptions
    {
        Users = [new BmcUser("admin", "s3cret"), new BmcUser("peon", "s3cret", Privilege: 2)],
        Power = _power,
        Suites = suites ?? [3, 17],
    });
}
