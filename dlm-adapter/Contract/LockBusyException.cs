namespace Cluster.Locks.Contract;

/// <summary>A conversion of this lock is in flight. Wait for it or cancel it first.</summary>
public sealed class LockBusyException(string message) : LockException(message);
