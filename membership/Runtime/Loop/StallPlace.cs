namespace Cluster.Runtime.Loop;

/// <summary>What may stand still.</summary>
internal enum StallPlace
{
    /// <summary>The loop: how late it ticks.</summary>
    Loop,

    /// <summary>The pulse thread: how long a datagram waits for it after the kernel took it in.</summary>
    Pulse,

    /// <summary>The whole process, for the garbage collector.</summary>
    Collector,

    /// <summary>The log: a write and sync.</summary>
    Log,
}
