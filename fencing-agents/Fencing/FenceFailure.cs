namespace Cluster.Fencing;

/// <summary>Why an action failed, in terms an operator can act on.</summary>
public enum FenceFailure
{
    /// <summary>It did not fail.</summary>
    None,

    /// <summary>The device did not answer.</summary>
    Unreachable,

    /// <summary>The device refused the credentials.</summary>
    Authentication,

    /// <summary>The credentials are good but may not do this.</summary>
    Privilege,

    /// <summary>The device accepted the order but the target was still on when time ran out.</summary>
    StillOn,

    /// <summary>The deadline passed before the outcome was known.</summary>
    TimedOut,

    /// <summary>The device or the agent is not configured as it should be.</summary>
    Configuration,

    /// <summary>The device or agent reported an error of its own.</summary>
    Device,
}
