using Cluster.Api.Server.Fencing;
using Cluster.Fencing;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cluster.Api.Server.Tests;

public sealed class FenceDriverTests
{
    [Fact]
    public async Task An_observed_stop_is_evidence_with_the_devices_names()
    {
        AttemptOutcome outcome = await RunAsync(AttemptAction.SwitchOff, FenceResult.ObservedOff("read back off"));
        Assert.True(outcome.Succeeded);
        Assert.Equal(Evidence.ObservedOff, outcome.Evidence);
        Assert.Equal("", outcome.Failure);
        Assert.Equal("bmc", outcome.Device);
        Assert.Contains("read back off", outcome.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FenceFailure.Unreachable, "unreachable")]
    [InlineData(FenceFailure.Authentication, "authentication")]
    [InlineData(FenceFailure.Privilege, "privilege")]
    [InlineData(FenceFailure.StillOn, "still-on")]
    [InlineData(FenceFailure.TimedOut, "timed-out")]
    [InlineData(FenceFailure.Configuration, "configuration")]
    [InlineData(FenceFailure.Device, "device")]
    public async Task A_failure_has_its_stable_word_and_no_evidence(FenceFailure failure, string word)
    {
        AttemptOutcome outcome = await RunAsync(AttemptAction.SwitchOff, FenceResult.Failed(failure, "so it is"));
        Assert.False(outcome.Succeeded);
        Assert.Equal(Evidence.None, outcome.Evidence);
        Assert.Equal(word, outcome.Failure);
    }

    [Fact]
    public async Task Off_without_something_observed_is_no_success()
    {
        AttemptOutcome outcome = await RunAsync(AttemptAction.SwitchOff, FenceResult.Done(PowerState.Unknown, "order accepted"));
        Assert.False(outcome.Succeeded);
        Assert.Equal(Evidence.None, outcome.Evidence);
    }

    [Fact]
    public async Task Switching_on_asks_the_device_to_switch_on()
    {
        AttemptOutcome outcome = await RunAsync(AttemptAction.SwitchOn, FenceResult.Done(PowerState.On, "on again"));
        Assert.True(outcome.Succeeded);
        Assert.Equal(FenceAction.On, FakeAgent.LastAction);
    }

    [Fact]
    public void Fabric_cut_stays_fabric_cut() => Assert.Equal(Evidence.FabricCut, FenceDriver.Of(FenceEvidence.FabricCut));

    private static async Task<AttemptOutcome> RunAsync(AttemptAction action, FenceResult result)
    {
        await using var devices = FenceDeviceSet.Create(
            [new FenceDevice("bmc", "fake", ["n3"], new Dictionary<string, string>())],
            [new FakeFactory(result)],
            new SecretSource("/"));
        var driver = new FenceDriver(new FenceExecutor(devices), NullLogger<FenceDriver>.Instance);
        return await driver.ExecuteAsync(new FenceOrder(new OperationId(7), 1, "n3", 1, action, TimeSpan.FromSeconds(20)), default);
    }

    private sealed class FakeFactory(FenceResult result) : IFenceAgentFactory
    {
        public string AgentType => "fake";

        public IReadOnlyList<FenceParameter> Parameters => [];

        public IFenceAgent Create(FenceDevice device, ISecretSource secrets) => new FakeAgent(result);
    }

    private sealed class FakeAgent(FenceResult result) : IFenceAgent
    {
        public static FenceAction LastAction { get; private set; }

        public Task<FenceResult> ExecuteAsync(FenceRequest request, CancellationToken cancellation)
        {
            LastAction = request.Action;
            return Task.FromResult(result);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
