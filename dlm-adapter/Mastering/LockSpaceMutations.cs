namespace Cluster.Locks.Mastering;

/// <summary>
/// Deliberate faults, for canaries only: each breaks one promise, so that a test can show that its checker sees it.
/// </summary>
[Flags]
public enum LockSpaceMutations
{
    /// <summary>Correct.</summary>
    None = 0,

    /// <summary>
    /// Give away what departed members held as soon as the group stops, without waiting for the proof that they are stopped (S3).
    /// </summary>
    RecoverAtStop = 1 << 0,

    /// <summary>Grant in a new generation before all members have said that their locks are sent (S8).</summary>
    SkipLastBarrier = 1 << 1,

    /// <summary>Grant without the lease (S2).</summary>
    IgnoreLease = 1 << 2,

    /// <summary>Leave the generation out of new tokens (S6).</summary>
    ForgetGenerationInTokens = 1 << 3,

    /// <summary>Do not send again what a broken link may have lost.</summary>
    NeverRetransmit = 1 << 4,

    /// <summary>Keep what was adopted in a recovery pass that was broken off.</summary>
    KeepUnfinishedAdoptions = 1 << 5,
}
