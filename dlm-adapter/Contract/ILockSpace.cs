namespace Cluster.Locks.Contract;

/// <summary>
/// One lock space as its users see it; both managers offer it. What it promises: no two live, unfenced holders hold incompatible
/// modes on one resource (S8), what a failed holder held is given to nobody before the cluster has proven it stopped (S3), and on
/// one resource a later exclusive grant has a greater <see cref="HeldLock.Token"/> (S6). All members are safe for use by many
/// threads.
/// </summary>
public interface ILockSpace : IAsyncDisposable
{
    /// <summary>The space's name.</summary>
    string Name { get; }

    /// <summary>
    /// Signalled once, when everything held through this object is lost: the node's incarnation ended or the connection to the
    /// lock server broke. The holder must stop to act on its locks. <see cref="LostReason"/> says why.
    /// </summary>
    CancellationToken Lost { get; }

    /// <summary>Why <see cref="Lost"/> was signalled; null before.</summary>
    string? LostReason { get; }

    /// <summary>
    /// Takes a lock on <paramref name="resource"/>; ends when it is granted. While the space is stopped or the lease is gone
    /// nothing is granted and the request waits.
    /// </summary>
    /// <param name="resource">1 to 64 bytes of UTF-8, compared byte by byte.</param>
    /// <param name="mode">The mode asked for.</param>
    /// <param name="options">Null: wait in the queue without end.</param>
    /// <param name="cancellation">
    /// Gives the request up, at once. A grant that crosses with it is released again: no lock leaks.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The resource's name is empty or too long, or the flags do not fit the request.
    /// </exception>
    /// <exception cref="LockNotAvailableException">
    /// Asked with <see cref="LockFlags.NoQueue"/>, and it cannot be granted now.
    /// </exception>
    /// <exception cref="LockTimeoutException">Not granted within <see cref="LockRequestOptions.Timeout"/>.</exception>
    /// <exception cref="LockLostException">The space is over.</exception>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    ValueTask<HeldLock> LockAsync(
        string resource, LockMode mode, LockRequestOptions? options = null, CancellationToken cancellation = default);

    /// <summary>Where the space stands and what it waits for.</summary>
    /// <exception cref="LockLostException">The lock server cannot be asked any more.</exception>
    ValueTask<LockSpaceStatus> GetStatusAsync(CancellationToken cancellation = default);
}
