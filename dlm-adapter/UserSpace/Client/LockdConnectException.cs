namespace Cluster.Locks.UserSpace.Client;

/// <summary>
/// lockd cannot be reached, or refused the client. The message says what was asked, what is wrong and what to do.
/// </summary>
public sealed class LockdConnectException(string message, Exception? inner = null) : Exception(message, inner);
