namespace Cluster.Membership;

/// <summary>Where a fence operation stands.</summary>
public enum FencePhase
{
    /// <summary>Evidence that the target is stopped is being sought.</summary>
    SeekingEvidence,

    /// <summary>There is evidence; the target is being switched on again.</summary>
    SwitchingOn,

    /// <summary>Over.</summary>
    Closed,
}
