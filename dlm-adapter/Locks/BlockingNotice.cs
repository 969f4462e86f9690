namespace Cluster.Locks;

/// <summary>Tells the holder of a lock that it stands in somebody's way (the field's "BAST").</summary>
/// <param name="Id">The lock that is in the way.</param>
/// <param name="BlockedMode">What the other asks for.</param>
public readonly record struct BlockingNotice(LockId Id, LockMode BlockedMode);
