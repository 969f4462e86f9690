namespace Cluster.Locks.Contract;

/// <summary>
/// Two conversions wait for each other; this one came last and was refused. The old mode is held: release or convert down, then
/// try again.
/// </summary>
public sealed class LockDeadlockException(string message) : LockException(message);
