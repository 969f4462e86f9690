using System.Net;
using Cluster.Client;
using Cluster.Locks.Hosting;
using Cluster.Locks.Mastering;
using Microsoft.Extensions.Logging;

namespace Cluster.Locks.UserSpace.Server;

/// <summary>One lock server: a member of each of its lock spaces, and the sessions of its node's clients.</summary>
public sealed class Lockd : IAsyncDisposable
{
    private readonly MemberNetwork _network;
    private readonly SortedDictionary<string, LockSpaceHost> _spaces;
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<CancellationTokenRegistration> _watches = [];
    private readonly ILogger _logger;
    private SessionListener? _sessions;
    private int _disposed;

    private Lockd(MemberNetwork network, SortedDictionary<string, LockSpaceHost> spaces, ILogger logger)
    {
        _network = network;
        _spaces = spaces;
        _logger = logger;
    }

    /// <summary>
    /// Ends, with the reason, when one of the spaces has ended: the node's incarnation is over. All sessions were told; only a
    /// new lockd can go on.
    /// </summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Where other members reach this one.</summary>
    public IPEndPoint MemberEndPoint => _network.EndPoint;

    /// <summary>Listens, joins the lock spaces, then lets clients in.</summary>
    /// <param name="membership">The connection to this node's daemon; stays the caller's.</param>
    /// <param name="settings">What to serve.</param>
    /// <param name="logger">Where to log.</param>
    /// <param name="cancellation">Gives the start up.</param>
    /// <exception cref="MembershipException">The daemon refused a join.</exception>
    /// <exception cref="IOException">An address or the socket cannot be used.</exception>
    public static async Task<Lockd> StartAsync(
        IMembershipClient membership, LockdSettings settings, ILogger logger, CancellationToken cancellation)
    {
        if (settings.Spaces.Count == 0)
        {
            throw new ArgumentException("lockd needs at least one lock space; name it with --space");
        }

        // Before anything is joined: a join stops the spaces of all members for a moment, and one in vain would do so twice.
        UnixSocketFile.RemoveLeftover(settings.ClientSocket);
        Lockd lockd = new(
            MemberNetwork.Listen(settings.Listen, membership.Current.Self, logger),
            new SortedDictionary<string, LockSpaceHost>(StringComparer.Ordinal),
            logger);
        try
        {
            foreach (string space in settings.Spaces.Distinct(StringComparer.Ordinal))
            {
                await lockd.JoinAsync(membership, settings, space, cancellation).ConfigureAwait(false);
            }

            lockd._sessions = new SessionListener(settings.ClientSocket, lockd._spaces, settings.FarewellTimeout, logger);
            return lockd;
        }
        catch
        {
            await lockd.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Where a space stands at this member; null for one it does not serve.</summary>
    public Contract.LockSpaceStatus? GetStatus(string space) => _spaces.GetValueOrDefault(space)?.GetStatus();

    /// <summary>
    /// Leaves in order: the clients are told that what they hold is lost and get a moment to hang up; then the spaces are left,
    /// and others may have the locks.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        foreach (CancellationTokenRegistration watch in _watches)
        {
            watch.Unregister();
        }

        foreach (LockSpaceHost space in _spaces.Values)
        {
            space.End("lockd leaves");
        }

        if (_sessions is not null)
        {
            await _sessions.DisposeAsync().ConfigureAwait(false);
        }

        foreach (LockSpaceHost space in _spaces.Values)
        {
            await space.DisposeAsync().ConfigureAwait(false);
        }

        await _network.DisposeAsync().ConfigureAwait(false);
    }

    private async Task JoinAsync(
        IMembershipClient membership, LockdSettings settings, string space, CancellationToken cancellation)
    {
        LockSpaceHostOptions options = new()
        {
            Name = space,
            Policy = MasteringPolicy.LowestSlot,
            RequiredEvidence = settings.RequiredEvidence,
            Advertise = settings.Advertise,
            Logger = _logger,
        };
        LockSpaceHost host = await LockSpaceHost.JoinAsync(membership, _network, options, cancellation).ConfigureAwait(false);
        _spaces.Add(space, host);
        _watches.Add(host.Loss.Token.Register(() =>
        {
            Log.SpaceEnded(_logger, space, host.Loss.Reason!);
            _ended.TrySetResult($"lock space '{space}' has ended: {host.Loss.Reason}");
        }));
        Log.Serving(_logger, space, host.Id.Value, host.Endpoint, settings.ClientSocket);
    }
}
