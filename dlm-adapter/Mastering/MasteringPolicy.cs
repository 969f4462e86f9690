namespace Cluster.Locks.Mastering;

/// <summary>Who masters a resource. The same at all members of a lock space.</summary>
public enum MasteringPolicy
{
    /// <summary>
    /// The first user masters a resource and is found through a directory that is spread over all members by rendezvous hashing.
    /// Locks on resources that a member masters itself cost no message.
    /// </summary>
    Directory,

    /// <summary>The member with the lowest slot masters everything; the others stand by.</summary>
    LowestSlot,
}
