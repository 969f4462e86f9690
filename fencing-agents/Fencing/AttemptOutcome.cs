namespace Cluster.Fencing;

/// <summary>Makes one result of what the devices of a level answered.</summary>
internal static class AttemptOutcome
{
    /// <summary>
    /// Any failure fails the level; the first one in the order of the configuration gives the reason. Details name their device.
    /// </summary>
    public static FenceResult Combine(FenceAction action, IReadOnlyList<ConfiguredDevice> devices, FenceResult[] results)
    {
        var judged = Array.ConvertAll(results, result => Judge(action, result));
        var detail = string.Join(' ', judged.Select((result, at) => $"{devices[at].Device.Name}: {result.Detail}"));
        var power = Power(judged);
        if (Array.Find(judged, result => !result.Succeeded) is { } failed)
        {
            return FenceResult.Failed(failed.Failure, detail, power);
        }

        return new FenceResult(true, Weakest(judged), power, FenceFailure.None, detail);
    }

    // S4: success of "off" is what was observed, not what an agent claims.
    private static FenceResult Judge(FenceAction action, FenceResult result)
    {
        if (action == FenceAction.Off && result.Succeeded && result.Evidence == FenceEvidence.None)
        {
            return FenceResult.Failed(
                FenceFailure.Device,
                $"The agent reported success without having observed that the target is stopped, which does not count. {result.Detail}",
                result.Power);
        }

        if (action == FenceAction.Off && result.Evidence == FenceEvidence.ObservedOff && result.Power == PowerState.On)
        {
            return FenceResult.Failed(
                FenceFailure.Device, $"The agent contradicts itself: observed off, power on. {result.Detail}", result.Power);
        }

        if (!result.Succeeded && result.Failure == FenceFailure.None)
        {
            return result with { Failure = FenceFailure.Device };
        }

        return result;
    }

    private static FenceEvidence Weakest(FenceResult[] results)
    {
        if (Array.Exists(results, result => result.Evidence == FenceEvidence.None))
        {
            return FenceEvidence.None;
        }

        return Array.Exists(results, result => result.Evidence == FenceEvidence.FabricCut)
            ? FenceEvidence.FabricCut
            : FenceEvidence.ObservedOff;
    }

    // A target with two supplies is on while one of them is, and off only when both are.
    private static PowerState Power(FenceResult[] results)
    {
        if (Array.Exists(results, result => result.Power == PowerState.On))
        {
            return PowerState.On;
        }

        return Array.TrueForAll(results, result => result.Power == PowerState.Off) ? PowerState.Off : PowerState.Unknown;
    }
}
