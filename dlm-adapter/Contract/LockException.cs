namespace Cluster.Locks.Contract;

/// <summary>A lock operation did not succeed. The type says how it ended.</summary>
public abstract class LockException : Exception
{
    private protected LockException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
