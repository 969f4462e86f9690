using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Fencing;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests.Parts;

public sealed class FenceRunnerTests
{
    private static readonly FenceOrder s_order = new(
        new OperationId(5), 1, "n2", 1, AttemptAction.SwitchOff, TimeSpan.FromMilliseconds(100));

    [Fact]
    public async Task The_drivers_outcome_is_reported()
    {
        AttemptOutcome outcome = await RunAsync((_, _) => Task.FromResult(
            new AttemptOutcome(true, Evidence.ObservedOff, "", "off", "bmc", TimeSpan.Zero)));

        Assert.True(outcome.Succeeded);
        Assert.Equal(Evidence.ObservedOff, outcome.Evidence);
    }

    [Fact]
    public async Task A_driver_that_throws_is_a_failure()
    {
        AttemptOutcome outcome = await RunAsync((_, _) => throw new InvalidOperationException("broken agent"));

        Assert.Equal((false, Evidence.None, "unknown"), (outcome.Succeeded, outcome.Evidence, outcome.Failure));
        Assert.Contains("broken agent", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_driver_that_obeys_its_deadline_has_timed_out()
    {
        AttemptOutcome outcome = await RunAsync(async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException("unreachable");
        });

        Assert.Equal("timed-out", outcome.Failure);
    }

    [Fact]
    public async Task A_driver_that_never_returns_has_timed_out_too()
    {
        AttemptOutcome outcome = await RunAsync((_, _) => new TaskCompletionSource<AttemptOutcome>().Task);

        Assert.Equal("timed-out", outcome.Failure);
        Assert.False(outcome.Succeeded);
    }

    [Fact]
    public async Task Nothing_is_reported_for_what_a_stop_interrupts()
    {
        bool reported = false;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runner = new FenceRunner(
            new Driver(async (_, cancellation) =>
            {
                started.SetResult();
                await Task.Delay(Timeout.Infinite, cancellation);
                throw new InvalidOperationException("unreachable");
            }),
            (_, _) => reported = true,
            new TestLog());
        runner.Start(s_order with { Deadline = TimeSpan.FromMinutes(1) });
        await Eventually.Ends(started.Task, "the driver to be called");

        await runner.DisposeAsync();
        runner.Start(s_order);

        Assert.False(reported);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_agent_is_stopped_when_its_attempt_is_over_without_it(bool lifeIsOver)
    {
        bool reported = false;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var runner = new FenceRunner(
            new Driver(async (_, cancellation) =>
            {
                started.SetResult();
                try
                {
                    await Task.Delay(Timeout.Infinite, cancellation);
                    throw new InvalidOperationException("unreachable");
                }
                finally
                {
                    stopped.SetResult();
                }
            }),
            (_, _) => reported = true,
            new TestLog());
        runner.Start(s_order with { Deadline = TimeSpan.FromMinutes(1) });
        await Eventually.Ends(started.Task, "the driver to be called");

        runner.Cancel(s_order.Operation, attempt: 2);
        Assert.False(stopped.Task.IsCompleted);
        if (lifeIsOver)
        {
            runner.CancelAll();
        }
        else
        {
            runner.Cancel(s_order.Operation, s_order.Attempt);
        }

        await Eventually.Ends(stopped.Task, "the agent to be stopped");
        Assert.False(reported);
    }

    private static async Task<AttemptOutcome> RunAsync(Func<FenceOrder, CancellationToken, Task<AttemptOutcome>> run)
    {
        var reported = new TaskCompletionSource<AttemptOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var runner = new FenceRunner(new Driver(run), (_, outcome) => reported.SetResult(outcome), new TestLog());
        runner.Start(s_order);
        return await Eventually.Ends(reported.Task, "the outcome");
    }

    private sealed class Driver(Func<FenceOrder, CancellationToken, Task<AttemptOutcome>> run) : IFenceDriver
    {
        public Task<AttemptOutcome> ExecuteAsync(FenceOrder order, CancellationToken cancellation) => run(order, cancellation);
    }
}
