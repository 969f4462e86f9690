namespace Cluster.Fencing.Ipmi;

/// <summary>Why a step with the BMC did not succeed, and what can be done about it within the deadline.</summary>
internal sealed class IpmiException(FenceFailure failure, Recovery recovery, string message) : Exception(message)
{
    public FenceFailure Failure { get; } = failure;

    public Recovery Recovery { get; } = recovery;
}
