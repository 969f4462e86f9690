namespace Cluster.Locks.Mastering;

/// <summary>A lock as its holder tells it to a new master.</summary>
/// <param name="Resource">What it is on.</param>
/// <param name="Number">Its number at its owner, who is the sender.</param>
/// <param name="Granted">
/// The mode held, as far as the holder knows: a conversion may have been granted without word of it.
/// </param>
/// <param name="Token">The token it was granted with.</param>
/// <param name="Operation">Its newest operation.</param>
/// <param name="Requested">The mode it wants to be converted to, or null when no conversion is on its way.</param>
/// <param name="Flags">The flags of that conversion.</param>
public readonly record struct AdoptedLock(
    ResourceName Resource,
    ulong Number,
    LockMode Granted,
    FencingToken Token,
    uint Operation,
    LockMode? Requested,
    LockFlags Flags);
