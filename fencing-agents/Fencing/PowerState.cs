namespace Cluster.Fencing;

/// <summary>The power state a device reports.</summary>
public enum PowerState
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>On.</summary>
    On,

    /// <summary>Off.</summary>
    Off,
}
