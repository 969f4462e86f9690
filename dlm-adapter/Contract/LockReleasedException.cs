namespace Cluster.Locks.Contract;

/// <summary>The lock was released before. Take a new one.</summary>
public sealed class LockReleasedException(string message) : LockException(message);
