namespace Cluster.Fencing.Exec;

/// <summary>Off or on: the agent's action, then its status until that is so.</summary>
internal sealed class SwitchAction(AgentRun run, PowerState wanted)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // What the action may not use up, so that there is time left to look.
    private static readonly TimeSpan LongestReserve = TimeSpan.FromSeconds(5);

    private readonly string _action = wanted == PowerState.Off ? "off" : "on";

    public async Task<FenceResult> RunAsync()
    {
        if (!run.Metadata.Actions.Contains(_action))
        {
            return FenceResult.Failed(FenceFailure.Configuration, $"{run.Agent} has no action '{_action}'. Use another agent.");
        }

        var quarter = run.Remaining / 4;
        var reserve = quarter < LongestReserve ? quarter : LongestReserve;
        var ordered = await run.CallAsync(_action, run.Remaining - reserve).ConfigureAwait(false);
        var lastRead = PowerState.Unknown;
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var (power, failed) = await run.PowerAsync().ConfigureAwait(false);
            if (power == wanted)
            {
                return Reached(ordered);
            }

            lastRead = power == PowerState.Unknown ? lastRead : power;

            // An order that failed is not waited for. One that was accepted may need its time, whatever the agent thinks.
            if (ordered.ExitCode != 0)
            {
                return run.Failed(_action, ordered) with { Power = lastRead };
            }

            if (run.Remaining <= pause)
            {
                return failed is null || lastRead != PowerState.Unknown ? Unchanged(lastRead) : failed;
            }

            await run.PauseAsync(pause).ConfigureAwait(false);
        }
    }

    private FenceResult Reached(AgentAnswer ordered)
    {
        var order = ordered.ExitCode == 0
            ? $"{run.Agent} was ordered to switch {run.Target} {_action}"
            : $"{run.Explain(_action, ordered)} Yet it";
        if (wanted == PowerState.On)
        {
            return FenceResult.Done(PowerState.On, $"{order} and then reported it on.");
        }

        return run.Metadata.IsFabric
            ? FenceResult.FabricCut($"{order} and then reported it cut off.")
            : FenceResult.ObservedOff($"{order} and then reported it off.");
    }

    private FenceResult Unchanged(PowerState power) => FenceResult.Failed(
        wanted == PowerState.Off ? FenceFailure.StillOn : FenceFailure.TimedOut,
        $"{run.Agent} accepted the order to switch {run.Target} {_action}, but still reported it "
        + $"{power.ToString().ToLowerInvariant()} when time ran out. Switch it {_action} by hand and check the device.",
        power);
}
