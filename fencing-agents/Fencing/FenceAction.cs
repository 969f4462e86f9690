namespace Cluster.Fencing;

/// <summary>What an agent is asked to do. There is no "cycle": a reboot is off, observe off, on, and the engine composes it.</summary>
public enum FenceAction
{
    /// <summary>Switch the target off and observe that it is off.</summary>
    Off,

    /// <summary>Switch the target on.</summary>
    On,

    /// <summary>Read the target's power state.</summary>
    Status,

    /// <summary>Check without effect on the target that the device is reachable and the credentials are good.</summary>
    Monitor,
}
