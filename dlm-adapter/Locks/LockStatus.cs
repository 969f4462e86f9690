namespace Cluster.Locks;

/// <summary>How a request or a conversion ended.</summary>
public enum LockStatus : byte
{
    /// <summary>Granted in the mode asked for.</summary>
    Granted = 0,

    /// <summary>
    /// Not grantable at once, and <see cref="LockFlags.NoQueue"/> was set. A new lock is gone; a conversion keeps its old mode.
    /// </summary>
    Again = 1,

    /// <summary>Canceled before it was granted. A new lock is gone; a conversion keeps its old mode.</summary>
    Canceled = 2,

    /// <summary>Waiting would have been a conversion deadlock. The lock keeps its old mode.</summary>
    Deadlock = 3,

    /// <summary>
    /// The stay in the lock space is over: the lock is gone, whatever it was. Only a holder's side reports this.
    /// </summary>
    Lost = 4,
}
