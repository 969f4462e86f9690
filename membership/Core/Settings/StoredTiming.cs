namespace Cluster.Membership;

/// <summary>What a node's next life must know of the timing before it has read the log.</summary>
/// <param name="Version">The version of the settings that it is from; 0 for the daemon's own configuration.</param>
/// <param name="Timing">The timing.</param>
/// <param name="Patience">
/// The longest least election timeout that this life may have promised to leaders and that may not have run out yet. A voter that starts has forgotten its promises and
/// abstains for so long.
/// </param>
public sealed record StoredTiming(ulong Version, MembershipTiming Timing, TimeSpan Patience)
{
    /// <summary>The form of a daemon's own configuration.</summary>
    public static StoredTiming Configured(MembershipTiming timing) => new(0, timing, timing.ElectionTimeoutMin);
}
