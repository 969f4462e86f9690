namespace Cluster.Locks.Contract;

/// <summary>
/// Not granted within the time that the request allowed. A new request does not exist any more; a conversion keeps its old mode.
/// </summary>
public sealed class LockTimeoutException(string message) : LockException(message);
