namespace Cluster.Locks.Mastering.Wire;

/// <summary>
/// Bytes that are not a message of this protocol. The message says what is wrong; the link they came over is not to be trusted.
/// </summary>
public sealed class LockMessageFormatException(string message, Exception? inner = null) : Exception(message, inner);
