namespace Cluster.Fencing;

/// <summary>What an agent observed that shows the target stopped.</summary>
public enum FenceEvidence
{
    /// <summary>Nothing was observed.</summary>
    None,

    /// <summary>The power state was read back from the device and it is off.</summary>
    ObservedOff,

    /// <summary>The target was cut off from shared storage or network, read back from the device.</summary>
    FabricCut,
}
