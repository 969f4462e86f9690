namespace Cluster.Locks.Contract;

/// <summary>
/// Asked not to wait, and the lock cannot be granted now. A new request does not exist any more; a conversion keeps its old mode.
/// </summary>
public sealed class LockNotAvailableException(string message) : LockException(message);
