namespace Cluster.Membership;

/// <summary>What harm the failure of one node does.</summary>
public enum SinglePointReason
{
    /// <summary>The others have no quorum without it.</summary>
    QuorumIsLost,

    /// <summary>The others are arbiters.</summary>
    NobodyServes,

    /// <summary>No device can prove it stopped: what it held waits for a human's word.</summary>
    NeedsHuman,
}
