namespace Cluster.Fencing.Ipmi;

/// <summary>What may help after a step failed.</summary>
internal enum Recovery
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The same command again, in the same session.</summary>
    Repeat,

    /// <summary>A new session.</summary>
    Reconnect,

    /// <summary>A new session with the next cipher suite.</summary>
    NextSuite,
}
