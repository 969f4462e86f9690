using Cluster.Locks.Contract;
using Cluster.Locks.Hosting;
using Microsoft.Extensions.Logging;

namespace Cluster.Locks.InProcess;

/// <summary>This process's membership in one lock space.</summary>
public sealed class LockSpace : ILockSpace
{
    private readonly LockSpaceHost _host;
    private readonly MemberNetwork _network;
    private readonly NoticeDispatcher _notices;
    private int _disposed;

    internal LockSpace(LockSpaceHost host, MemberNetwork network, ILogger logger)
    {
        _host = host;
        _network = network;
        _notices = new NoticeDispatcher(logger);
    }

    /// <inheritdoc/>
    public string Name => _host.Name;

    /// <summary>This stay in the space's group.</summary>
    public Membership.MemberId Member => _host.Id;

    /// <inheritdoc/>
    public CancellationToken Lost => _host.Loss.Token;

    /// <inheritdoc/>
    public string? LostReason => _host.Loss.Reason;

    /// <summary>Where the space stands, what it waits for, and what it has done. Never throws.</summary>
    public LockSpaceStatus Status => _host.GetStatus();

    /// <inheritdoc/>
    public ValueTask<HeldLock> LockAsync(
        string resource, LockMode mode, LockRequestOptions? options = null, CancellationToken cancellation = default)
    {
        ResourceName name = ResourceName.Create(resource);
        if (_host.Loss.IsLost)
        {
            throw _host.Loss.ToException(Name);
        }

        return cancellation.IsCancellationRequested
            ? ValueTask.FromCanceled<HeldLock>(cancellation)
            : new LocalLock(_host, name, options, _notices).RequestAsync(mode, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<LockSpaceStatus> GetStatusAsync(CancellationToken cancellation = default) => new(Status);

    /// <summary>
    /// Leaves the space: everything this process held in it is lost (its holders are signalled first), then the group is left,
    /// and others may have the locks.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _host.DisposeAsync().ConfigureAwait(false);
        await _network.DisposeAsync().ConfigureAwait(false);
        await _notices.DisposeAsync().ConfigureAwait(false);
    }
}
