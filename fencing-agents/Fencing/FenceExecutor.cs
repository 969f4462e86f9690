using System.Diagnostics;

namespace Cluster.Fencing;

/// <summary>
/// Carries out one attempt: one action on one target with every device of one level. Safe for concurrent calls; each device
/// does one action at a time. Which level to try, when, and how often is the caller's business.
/// </summary>
/// <param name="devices">The devices; the executor does not dispose them.</param>
public sealed class FenceExecutor(FenceDeviceSet devices)
{
    // How long after its deadline an agent may take to end by itself before it is cancelled.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    /// <summary>The levels at which the target can be fenced, ascending; empty when no device can fence it.</summary>
    public IReadOnlyList<int> Levels(string target) => devices.Levels(target);

    /// <summary>The names of the devices that fence the target at one level.</summary>
    public IReadOnlyList<string> DeviceNames(string target, int level) =>
        devices.For(target, level).Select(device => device.Name).ToArray();

    /// <summary>
    /// Runs the action on all devices of the level at the same time. Succeeds when all of them did; <see cref="FenceAction.Off"/>
    /// only when each of them also brought evidence, and then with the weakest of it. Ends at most half a second after
    /// <paramref name="deadline"/>, whatever the agents do; a device whose agent has not ended stays busy until it has.
    /// </summary>
    /// <param name="target">The node's name.</param>
    /// <param name="level">One of <see cref="Levels"/>; another one is a failure of kind <see cref="FenceFailure.Configuration"/>.</param>
    /// <param name="action">What to do.</param>
    /// <param name="deadline">How long the attempt may take in all, waiting for a busy device included; more than zero.</param>
    /// <param name="cancellation">Gives the attempt up.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was signalled; the outcome is unknown.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="deadline"/> is not more than zero.</exception>
    public async Task<FenceResult> ExecuteAsync(
        string target, int level, FenceAction action, TimeSpan deadline, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        var chosen = devices.Find(target, level);
        if (chosen.Count == 0)
        {
            return FenceResult.Failed(
                FenceFailure.Configuration,
                $"No fence device can do '{action}' on {target} at level {level}. Configure a device with {target} among its targets.");
        }

        var request = new FenceRequest(target, action, deadline);
        var results = await Task.WhenAll(chosen.Select(device => RunAsync(device, request, cancellation))).ConfigureAwait(false);
        return AttemptOutcome.Combine(action, chosen, results);
    }

    private static async Task<FenceResult> RunAsync(ConfiguredDevice device, FenceRequest request, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        if (!await device.Gate.WaitAsync(request.Deadline, cancellation).ConfigureAwait(false))
        {
            return FenceResult.Failed(
                FenceFailure.TimedOut,
                $"The device was busy with another action for all of the {request.Deadline.TotalSeconds:0.###} s. Try again.");
        }

        var remaining = request.Deadline - Stopwatch.GetElapsedTime(started);
        if (remaining <= TimeSpan.Zero)
        {
            device.Gate.Release();
            return FenceResult.Failed(FenceFailure.TimedOut, "The device became free only when the deadline had passed. Try again.");
        }

        // From here on the running action owns the gate: it stays shut while the agent is still at work, even if the caller left.
        var running = Task.Run(() => GuardedAsync(device, request with { Deadline = remaining }, cancellation), CancellationToken.None);
        try
        {
            return await running.WaitAsync(remaining + (2 * Grace), cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return FenceResult.Failed(
                FenceFailure.TimedOut,
                $"The agent '{device.Device.Agent}' ran past its deadline and did not obey its cancellation; the outcome is unknown.");
        }
    }

    private static async Task<FenceResult> GuardedAsync(ConfiguredDevice device, FenceRequest request, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(request.Deadline + Grace);
        try
        {
            return await device.Agent.ExecuteAsync(request, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return FenceResult.Failed(FenceFailure.TimedOut, "The agent was cancelled past its deadline; the outcome is unknown.");
        }
        catch (FenceConfigurationException error)
        {
            return FenceResult.Failed(FenceFailure.Configuration, error.Message);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // A plug-in may come from anybody: its fault must become a failed attempt, not the end of the service. The message
            // is left out because nobody vouches for what a stranger's exception quotes.
            return FenceResult.Failed(
                FenceFailure.Device,
                $"The agent '{device.Device.Agent}' failed with {error.GetType().Name}, which it should not. Report it to its author.");
        }
        finally
        {
            device.Gate.Release();
        }
    }
}
