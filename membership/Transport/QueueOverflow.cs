namespace Cluster.Transport;

/// <summary>What is dropped when a send queue is full.</summary>
public enum QueueOverflow
{
    /// <summary>The frames that waited longest: right where newer frames replace older ones.</summary>
    DropOldest,

    /// <summary>The frame that was to be added.</summary>
    DropNewest,
}
