namespace Cluster.Locks;

/// <summary>The end of one request or conversion. Each has exactly one.</summary>
/// <param name="Id">The lock.</param>
/// <param name="Operation">Which operation on that lock ended: 1 for its request, 2 for its first conversion, and so on.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Mode">The mode held from now on; NL when the lock is gone.</param>
/// <param name="Token">The token of the mode held; <see cref="FencingToken.None"/> when the lock is gone.</param>
/// <param name="Demoted">
/// The granted mode was given up meanwhile to break a conversion deadlock (<see cref="LockFlags.ConvDeadlk"/>).
/// </param>
public readonly record struct LockCompletion(
    LockId Id,
    uint Operation,
    LockStatus Status,
    LockMode Mode,
    FencingToken Token,
    bool Demoted = false);
