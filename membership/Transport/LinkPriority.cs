namespace Cluster.Transport;

/// <summary>
/// The class of a frame. Each class has a queue and a connection of its own, so neither ever waits for the other.
/// </summary>
public enum LinkPriority : byte
{
    /// <summary>Everything that may wait behind earlier data.</summary>
    Bulk = 1,

    /// <summary>Small and timely: heartbeats, votes.</summary>
    Urgent = 2,
}
