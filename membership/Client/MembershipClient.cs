using Cluster.Client.Connection;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Client;

/// <summary>
/// A process's connection to its node's daemon over the daemon's Unix socket (the protocol: Protocol/member.proto). Connects
/// again by itself, within 200 ms once the daemon listens. While the daemon is away nothing happens except that the lease runs
/// out. When it comes back as another incarnation, every stay gets <see cref="GroupChange.Ended"/>.
/// </summary>
public sealed class MembershipClient : IMembershipClient
{
    /// <summary>Where <c>clusterd</c> listens unless its configuration says otherwise.</summary>
    public const string DefaultSocketPath = "/run/cluster/members.sock";

    private static readonly TimeSpan FarewellPatience = TimeSpan.FromSeconds(2);

    private readonly string _socketPath;
    private readonly ClientSession _session;
    private readonly DaemonLink _link;
    private readonly CancellationTokenSource _disposed = new();
    private int _disposing;

    private MembershipClient(string socketPath)
    {
        _socketPath = socketPath;
        _session = new ClientSession();
        _link = new DaemonLink(socketPath, _session);
        _session.Attach(_link.Send);
    }

    /// <inheritdoc/>
    public ILease Lease => _session.Lease;

    /// <inheritdoc/>
    public MembershipSnapshot Current => _session.Snapshots.Current;

    /// <summary>
    /// Makes a client that connects in the background, and returns at once. Until the daemon answers, <see cref="Current"/> is
    /// <see cref="MembershipSnapshot.None"/>, the lease is not held, and requests wait.
    /// </summary>
    /// <param name="socketPath">The daemon's member socket: an absolute path of at most 107 bytes (unix(7)).</param>
    /// <exception cref="ArgumentException">The path can't be a socket's.</exception>
    public static MembershipClient Start(string socketPath)
    {
        SocketPaths.Validate(socketPath);
        var client = new MembershipClient(socketPath);
        client._link.Start();
        return client;
    }

    /// <summary>Connects; tries until the daemon answers.</summary>
    /// <param name="socketPath">The daemon's member socket: an absolute path of at most 107 bytes (unix(7)).</param>
    /// <param name="cancellation">Ends the attempts.</param>
    /// <exception cref="ArgumentException">The path can't be a socket's.</exception>
    /// <exception cref="MembershipException">The daemon refused this client; the message says why.</exception>
    /// <exception cref="OperationCanceledException">No daemon answered in time; the message names the last problem.</exception>
    public static async Task<MembershipClient> ConnectAsync(string socketPath, CancellationToken cancellation)
    {
        MembershipClient client = Start(socketPath);
        try
        {
            await client._session.FirstWelcome.WaitAsync(cancellation).ConfigureAwait(false);
            return client;
        }
        catch (OperationCanceledException)
        {
            await client.DisposeAsync().ConfigureAwait(false);
            string problem = client._session.LastProblem;
            throw new OperationCanceledException(
                $"no daemon answered at {socketPath}{(problem.Length == 0 ? "" : $" ({problem})")}; is clusterd running?", cancellation);
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<MembershipSnapshot> SnapshotsAsync(CancellationToken cancellation) => _session.Snapshots.ReadAsync(cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<ClusterEvent> WatchAsync(EventPosition after, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        return EventWatch.RunAsync(_socketPath, after, _disposed.Token, cancellation);
    }

    /// <inheritdoc/>
    public async Task<IGroupMembership> JoinGroupAsync(GroupJoinOptions options, CancellationToken cancellation) =>
        await _session.JoinAsync(options, cancellation).ConfigureAwait(false);

    /// <summary>Leaves all groups, within bounded time, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposing, 1) != 0)
        {
            return;
        }

        await _disposed.CancelAsync().ConfigureAwait(false);

        // First: once a farewell is committed others may have what was held here, and its holders may not have been told yet.
        _session.WithdrawLease();
        Task farewells = Task.WhenAll(_session.Stays().Select(stay => stay.DisposeAsync().AsTask()));
        await Task.WhenAny(farewells, Task.Delay(FarewellPatience)).ConfigureAwait(false);
        _session.Fail(new ObjectDisposedException(nameof(MembershipClient), "the membership client was disposed"));
        await Task.Run(_link.Dispose).ConfigureAwait(false);
        await farewells.ConfigureAwait(false);
        _session.Dispose();
        _disposed.Dispose();
    }
}
