namespace Cluster.Locks;

/// <summary>In which of its resource's queues a lock stands.</summary>
public enum TableLockState : byte
{
    /// <summary>Held; no operation under way.</summary>
    Granted,

    /// <summary>Held in its granted mode, waiting for another.</summary>
    Converting,

    /// <summary>Not held yet.</summary>
    Waiting,
}
