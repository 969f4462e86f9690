using System.Diagnostics;
using Cluster.Tests.Support;

namespace Cluster.Fencing.Tests;

public sealed class FenceExecutorTests
{
    private static readonly TimeSpan Plenty = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, ScriptedAgent> _agents = [];
    private readonly List<FenceDevice> _devices = [];

    [Fact]
    public async Task Off_of_two_devices_succeeds_when_both_observed_it()
    {
        Add("a", FenceResult.ObservedOff("first"));
        Add("b", FenceResult.ObservedOff("second"));
        var result = await RunAsync(FenceAction.Off);
        Assert.Equal((true, FenceEvidence.ObservedOff, PowerState.Off), (result.Succeeded, result.Evidence, result.Power));
        Assert.Equal("a: first b: second", result.Detail);
    }

    [Fact]
    public async Task One_failing_device_fails_the_level_with_its_reason()
    {
        Add("a", FenceResult.ObservedOff("first"));
        Add("b", FenceResult.Failed(FenceFailure.StillOn, "second", PowerState.On));
        var result = await RunAsync(FenceAction.Off);
        Assert.Equal(
            (false, FenceEvidence.None, FenceFailure.StillOn, PowerState.On),
            (result.Succeeded, result.Evidence, result.Failure, result.Power));
        Assert.Equal(1, _agents["a"].Calls);
    }

    [Fact]
    public async Task The_evidence_of_a_level_is_its_weakest()
    {
        Add("a", FenceResult.ObservedOff("first"));
        Add("b", FenceResult.FabricCut("second"));
        var result = await RunAsync(FenceAction.Off);
        Assert.Equal((true, FenceEvidence.FabricCut, PowerState.Unknown), (result.Succeeded, result.Evidence, result.Power));
    }

    [Fact]
    public async Task Off_without_evidence_is_no_success_whatever_the_agent_says()
    {
        Add("a", FenceResult.Done(PowerState.Unknown, "done, honestly"));
        var result = await RunAsync(FenceAction.Off);
        Assert.Equal((false, FenceEvidence.None, FenceFailure.Device), (result.Succeeded, result.Evidence, result.Failure));
        Assert.Contains("a: ", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Off_with_the_power_read_as_on_is_no_success()
    {
        Add("a", FenceResult.ObservedOff("off") with { Power = PowerState.On });
        Assert.False((await RunAsync(FenceAction.Off)).Succeeded);
    }

    [Theory]
    [InlineData(PowerState.On, PowerState.On, PowerState.On)]
    [InlineData(PowerState.On, PowerState.Off, PowerState.On)]
    [InlineData(PowerState.Off, PowerState.Off, PowerState.Off)]
    [InlineData(PowerState.Off, PowerState.Unknown, PowerState.Unknown)]
    public async Task A_target_with_two_supplies_is_off_only_when_both_are(PowerState one, PowerState other, PowerState both)
    {
        Add("a", FenceResult.Done(one, ""));
        Add("b", FenceResult.Done(other, ""));
        var result = await RunAsync(FenceAction.Status);
        Assert.Equal((true, both, FenceEvidence.None), (result.Succeeded, result.Power, result.Evidence));
    }

    [Fact]
    public async Task A_level_without_devices_is_a_configuration_failure()
    {
        Add("a", FenceResult.ObservedOff("off"));
        var executor = Executor();
        Assert.Equal([1], executor.Levels("n1"));
        Assert.Equal(["a"], executor.DeviceNames("n1", 1));
        var result = await executor.ExecuteAsync("n1", 2, FenceAction.Off, Plenty, CancellationToken.None);
        Assert.Equal((false, FenceFailure.Configuration), (result.Succeeded, result.Failure));
    }

    [Fact]
    public async Task A_device_does_one_action_at_a_time()
    {
        Add("a", async (_, cancellation) =>
        {
            await Task.Delay(5, cancellation);
            return FenceResult.ObservedOff("off");
        });
        var executor = Executor();
        var results = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => executor.ExecuteAsync("n1", 1, FenceAction.Off, Plenty, CancellationToken.None)));
        Assert.All(results, result => Assert.True(result.Succeeded));
        Assert.Equal((20, 1), (_agents["a"].Calls, _agents["a"].MostAtOnce));
    }

    [Fact]
    public async Task Devices_of_a_level_work_at_the_same_time()
    {
        var both = new Barrier(2);
        Add("a", (_, _) => Meet(both));
        Add("b", (_, _) => Meet(both));
        Assert.True((await RunAsync(FenceAction.Off)).Succeeded);
    }

    [Fact]
    public async Task An_agent_that_ignores_deadline_and_cancellation_does_not_hold_the_caller_but_its_device_stays_busy()
    {
        var release = new TaskCompletionSource<FenceResult>();
        Add("a", (_, _) => release.Task);
        var executor = Executor();
        var started = Stopwatch.GetTimestamp();
        var first = await executor.ExecuteAsync("n1", 1, FenceAction.Off, TimeSpan.FromMilliseconds(50), CancellationToken.None);
        Assert.Equal((false, FenceFailure.TimedOut), (first.Succeeded, first.Failure));
        Assert.True(Stopwatch.GetElapsedTime(started) < Plenty);

        var second = await executor.ExecuteAsync("n1", 1, FenceAction.Off, TimeSpan.FromMilliseconds(50), CancellationToken.None);
        Assert.Equal((false, FenceFailure.TimedOut), (second.Succeeded, second.Failure));
        Assert.Contains("busy", second.Detail, StringComparison.Ordinal);
        Assert.Equal(1, _agents["a"].Calls);

        release.SetResult(FenceResult.ObservedOff("late"));
        Assert.True((await executor.ExecuteAsync("n1", 1, FenceAction.Off, Plenty, CancellationToken.None)).Succeeded);
    }

    [Fact]
    public async Task Cancelling_throws_and_reaches_the_agent()
    {
        var entered = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        Add("a", async (_, cancellation) =>
        {
            entered.SetResult();
            await using var registration = cancellation.Register(reached.SetResult);
            await Task.Delay(Timeout.Infinite, cancellation);
            return FenceResult.ObservedOff("never");
        });
        using var cancel = new CancellationTokenSource();
        var running = Executor().ExecuteAsync("n1", 1, FenceAction.Off, Plenty, cancel.Token);
        await entered.Task.WaitAsync(Plenty);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await reached.Task.WaitAsync(Plenty);
    }

    [Fact]
    public async Task An_agent_that_throws_fails_its_attempt_and_frees_its_device()
    {
        var calls = 0;
        Add("a", (_, _) => ++calls == 1
            ? throw new InvalidOperationException("password=s3cret")
            : Task.FromResult(FenceResult.ObservedOff("off")));
        var executor = Executor();
        var first = await executor.ExecuteAsync("n1", 1, FenceAction.Off, Plenty, CancellationToken.None);
        Assert.Equal((false, FenceFailure.Device), (first.Succeeded, first.Failure));
        Assert.DoesNotContain("s3cret", first.Detail, StringComparison.Ordinal);
        Assert.True((await executor.ExecuteAsync("n1", 1, FenceAction.Off, Plenty, CancellationToken.None)).Succeeded);
    }

    [Fact]
    public async Task The_agent_is_told_what_is_left_of_the_deadline()
    {
        var told = new List<TimeSpan>();
        var first = new TaskCompletionSource<FenceResult>();
        Add("a", (request, _) =>
        {
            told.Add(request.Deadline);
            return told.Count == 1 ? first.Task : Task.FromResult(FenceResult.ObservedOff("off"));
        });
        var executor = Executor();
        var holding = executor.ExecuteAsync("n1", 1, FenceAction.Off, Plenty, CancellationToken.None);
        await Eventually.Holds(() => _agents["a"].Calls == 1, "the first action to hold the device");
        var waiting = executor.ExecuteAsync("n1", 1, FenceAction.Off, Plenty, CancellationToken.None);
        await Task.Delay(50);
        first.SetResult(FenceResult.ObservedOff("off"));
        await Task.WhenAll(holding, waiting);
        Assert.True(told[1] <= Plenty - TimeSpan.FromMilliseconds(40), $"told {told[1]}");
    }

    private static Task<FenceResult> Meet(Barrier barrier) => Task.FromResult(
        barrier.SignalAndWait(Plenty) ? FenceResult.ObservedOff("met") : FenceResult.Failed(FenceFailure.TimedOut, "alone"));

    private void Add(string name, FenceResult result) => Add(name, (_, _) => Task.FromResult(result));

    private void Add(string name, Func<FenceRequest, CancellationToken, Task<FenceResult>> act)
    {
        _agents[name] = new ScriptedAgent(act);
        _devices.Add(new FenceDevice(name, "test", ["n1"], new Dictionary<string, string> { ["address"] = "here" }));
    }

    private FenceExecutor Executor() =>
        new(FenceDeviceSet.Create(_devices, [new ScriptedFactory(_agents)], new SecretSource("/")));

    private Task<FenceResult> RunAsync(FenceAction action) =>
        Executor().ExecuteAsync("n1", 1, action, Plenty, CancellationToken.None);
}
