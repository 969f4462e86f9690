namespace Cluster.Locks.Contract;

/// <summary>How a request or conversion ended that was not granted.</summary>
internal enum LockFailure
{
    NotAvailable,
    Canceled,
    Deadlock,
    Invalid,
    NotFound,
}
