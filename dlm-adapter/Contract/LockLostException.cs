namespace Cluster.Locks.Contract;

/// <summary>
/// The lock space is over for this process: its node's incarnation ended, the connection to the lock server broke, or it was
/// disposed. Everything it held is lost and must not be acted on; join again to go on.
/// </summary>
public sealed class LockLostException(string message, Exception? inner = null) : LockException(message, inner);
