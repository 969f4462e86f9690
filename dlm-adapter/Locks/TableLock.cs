namespace Cluster.Locks;

/// <summary>One lock at its master. Pooled: nothing outside <see cref="LockTable"/> may keep a reference.</summary>
internal sealed class TableLock
{
    public LockId Id;
    public TableResource? Resource;
    public TableLockState State;

    /// <summary>The mode held; without meaning while Waiting.</summary>
    public LockMode Granted;

    /// <summary>The mode wanted while Converting or Waiting.</summary>
    public LockMode Requested;
    public LockFlags Flags;
    public uint Operation;
    public FencingToken Token;
    public bool Demoted;

    /// <summary>
    /// What the holder of an adopted lock believes to hold, while it is not certain that the old master left it that.
    /// </summary>
    public LockMode? Believed;

    /// <summary>The blocked modes that the holder was told of since its last grant, as a set of bits.</summary>
    public byte Told;

    // The neighbours in the queue.
    public TableLock? Previous;
    public TableLock? Next;

    public bool IsHeld => State != TableLockState.Waiting;

    public bool Has(LockFlags flag) => (Flags & flag) != 0;

    /// <summary>True when the holder was told of this mode or of one that excludes at least as much.</summary>
    public bool WasToldOf(LockMode mode)
    {
        for (int told = Told; told != 0; told &= told - 1)
        {
            if (LockCompatibility.Covers((LockMode)System.Numerics.BitOperations.TrailingZeroCount(told), mode))
            {
                return true;
            }
        }

        return false;
    }

    public void Reset()
    {
        Resource = null;
        Previous = null;
        Next = null;
        Token = default;
        Flags = default;
        Demoted = false;
        Believed = null;
        Told = 0;
        Operation = 0;
    }
}
