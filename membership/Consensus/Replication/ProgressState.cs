namespace Cluster.Consensus;

/// <summary>How a leader sends to a follower.</summary>
internal enum ProgressState
{
    /// <summary>It looks for the point up to which the logs agree: one message at a time.</summary>
    Probe,

    /// <summary>The logs agree: messages follow each other without waiting for answers.</summary>
    Replicate,

    /// <summary>It needs entries that are gone: a snapshot is on its way, and no appends are sent.</summary>
    Snapshot,
}
