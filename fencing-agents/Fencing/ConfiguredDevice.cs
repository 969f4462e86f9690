namespace Cluster.Fencing;

/// <summary>A device with its agent and the gate that lets one action at a time through.</summary>
internal sealed class ConfiguredDevice(FenceDevice device, IFenceAgent agent)
{
    public FenceDevice Device { get; } = device;

    public IFenceAgent Agent { get; } = agent;

    // Never disposed: it holds no handle unless its AvailableWaitHandle is asked for, and a late action may still release it.
    public SemaphoreSlim Gate { get; } = new(1, 1);

    public bool CanFence(string target) => Device.Targets.Contains(target, StringComparer.Ordinal);
}
