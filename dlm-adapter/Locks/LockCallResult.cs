namespace Cluster.Locks;

/// <summary>
/// The immediate answer to an operation on an existing lock. Anything but <see cref="Accepted"/> changed nothing.
/// </summary>
public enum LockCallResult : byte
{
    /// <summary>Taken on.</summary>
    Accepted = 0,

    /// <summary>No such lock: never requested here, released, or its request failed.</summary>
    NotFound = 1,

    /// <summary>
    /// Another operation on this lock has not completed (wait for its completion or cancel it); for a cancel: there is nothing to
    /// cancel.
    /// </summary>
    Busy = 2,

    /// <summary>The flags do not fit the operation or the modes (see <see cref="LockFlags"/>).</summary>
    InvalidArgument = 3,
}
