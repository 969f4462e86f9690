namespace Cluster.Locks.Contract;

/// <summary>
/// A granted lock. Disposing it unlocks it. One operation at a time: a conversion while another is in flight is refused with
/// <see cref="LockBusyException"/>.
/// </summary>
public abstract class HeldLock : IAsyncDisposable
{
    /// <summary>What is locked.</summary>
    public abstract string Resource { get; }

    /// <summary>The mode that is held now.</summary>
    public abstract LockMode Mode { get; }

    /// <summary>
    /// The token of the newest grant of this lock. Whoever protects something by the lock hands the token on with each write, and
    /// what is protected refuses tokens smaller than the greatest it has seen.
    /// </summary>
    public abstract FencingToken Token { get; }

    /// <summary>
    /// True when the newest conversion gave up the mode held before, to break a deadlock (<see cref="LockFlags.ConvDeadlk"/>):
    /// others may have held the resource meanwhile.
    /// </summary>
    public abstract bool WasDemoted { get; }

    /// <summary>Signalled when the lock is lost without having been released: see <see cref="ILockSpace.Lost"/>.</summary>
    public abstract CancellationToken Lost { get; }

    /// <summary>
    /// True while the lock is held and this node may act on it: not released, not lost, and the node's lease runs. A false answer may
    /// become true again after the lease is renewed. A lock held through lockd does not ask the lease here: it is valid until lockd says
    /// otherwise or the connection breaks, and what it protects must check <see cref="Token"/>.
    /// </summary>
    public abstract bool IsValid { get; }

    /// <summary>
    /// Changes the mode; ends when the new mode is granted. Until then, and after a failure, the old mode is held.
    /// </summary>
    /// <param name="mode">The mode asked for.</param>
    /// <param name="options">
    /// Flags and timeout; <see cref="LockRequestOptions.OnBlocking"/> is ignored: the callback given with the lock stays.
    /// </param>
    /// <param name="cancellation">
    /// Asks the master to give the conversion up. When the grant was faster the conversion succeeds: look at <see cref="Mode"/>.
    /// </param>
    /// <exception cref="ArgumentException">The flags do not fit the conversion.</exception>
    /// <exception cref="LockNotAvailableException">
    /// Asked with <see cref="LockFlags.NoQueue"/>, and it cannot be granted now.
    /// </exception>
    /// <exception cref="LockTimeoutException">Not granted within the timeout; the old mode is held.</exception>
    /// <exception cref="LockDeadlockException">Two holders wait for each other's mode; the old mode is held.</exception>
    /// <exception cref="LockBusyException">Another conversion of this lock is in flight.</exception>
    /// <exception cref="LockReleasedException">The lock was released before.</exception>
    /// <exception cref="LockLostException">The lock is lost.</exception>
    /// <exception cref="OperationCanceledException">Given up; the old mode is held.</exception>
    public abstract ValueTask ConvertAsync(
        LockMode mode, LockRequestOptions? options = null, CancellationToken cancellation = default);

    /// <summary>
    /// Releases the lock: from the call on its user does not hold it. Never waits for another node. A second call, and a call
    /// after the lock was lost, does nothing.
    /// </summary>
    public abstract ValueTask UnlockAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return UnlockAsync();
    }
}
