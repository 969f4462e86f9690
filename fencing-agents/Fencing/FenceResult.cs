namespace Cluster.Fencing;

/// <summary>
/// The outcome of one action. Success of <see cref="FenceAction.Off"/> always carries evidence: an agent that was not able to
/// observe the stop reports a failure (S4).
/// </summary>
/// <param name="Succeeded">True when the action had its effect and that was observed.</param>
/// <param name="Evidence">What shows that the target is stopped.</param>
/// <param name="Power">The power state last read.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Detail">One sentence for the operator: what was asked, what is wrong, what to do. Never a secret.</param>
public sealed record FenceResult(
    bool Succeeded,
    FenceEvidence Evidence,
    PowerState Power,
    FenceFailure Failure,
    string Detail)
{
    /// <summary>The target was observed to be off.</summary>
    public static FenceResult ObservedOff(string detail) =>
        new(true, FenceEvidence.ObservedOff, PowerState.Off, FenceFailure.None, detail);

    /// <summary>The target was cut off from storage or network, and that was read back from the device.</summary>
    public static FenceResult FabricCut(string detail) =>
        new(true, FenceEvidence.FabricCut, PowerState.Unknown, FenceFailure.None, detail);

    /// <summary>The action succeeded; the power state read back is <paramref name="power"/>.</summary>
    public static FenceResult Done(PowerState power, string detail) =>
        new(true, FenceEvidence.None, power, FenceFailure.None, detail);

    /// <summary>The action failed.</summary>
    public static FenceResult Failed(FenceFailure failure, string detail, PowerState power = PowerState.Unknown) =>
        new(false, FenceEvidence.None, power, failure, detail);
}
