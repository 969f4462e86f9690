namespace Cluster.Locks.Contract;

/// <summary>What is held after an operation ended.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="Token">Its token.</param>
/// <param name="Demoted">The mode held before was given up meanwhile (<see cref="LockFlags.ConvDeadlk"/>).</param>
internal readonly record struct LockGrant(LockMode Mode, FencingToken Token, bool Demoted);
