using Cluster.Client;
using Cluster.Locks.Hosting;
using Cluster.Locks.Mastering;

namespace Cluster.Locks.InProcess;

/// <summary>
/// The in-process manager. Members share the work: the first user of a resource masters it, and a lock whose master is this
/// process is a memory operation on the caller's thread, without network or another thread.
/// </summary>
public static class LockManager
{
    /// <summary>
    /// Joins a lock space; ends when the join is committed. Locks can be asked for at once; they are granted when the group has
    /// started and its members have recovered.
    /// </summary>
    /// <param name="membership">The connection to this node's daemon. It stays the caller's and must outlive the space.</param>
    /// <param name="settings">Which space, and how.</param>
    /// <param name="cancellation">Gives the join up.</param>
    /// <exception cref="MembershipException">The daemon refused the join.</exception>
    /// <exception cref="IOException">The listening address cannot be used.</exception>
    public static async Task<LockSpace> JoinAsync(
        IMembershipClient membership, LockSpaceSettings settings, CancellationToken cancellation = default)
    {
        MemberNetwork network = MemberNetwork.Listen(settings.ListenAddress, membership.Current.Self, settings.Logger);
        try
        {
            return await JoinAsync(membership, settings, network, static () => BootTime.Now, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await network.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>For tests: with a network that they can take away and a clock that they move.</summary>
    internal static async Task<LockSpace> JoinAsync(
        IMembershipClient membership,
        LockSpaceSettings settings,
        MemberNetwork network,
        Func<Consensus.MonotonicTime> clock,
        CancellationToken cancellation)
    {
        LockSpaceHostOptions options = new()
        {
            Name = settings.Name,
            Policy = MasteringPolicy.Directory,
            RequiredEvidence = settings.RequiredEvidence,
            Advertise = settings.Advertise,
            Logger = settings.Logger,
            Clock = clock,
        };
        LockSpaceHost host = await LockSpaceHost.JoinAsync(membership, network, options, cancellation).ConfigureAwait(false);
        return new LockSpace(host, network, settings.Logger);
    }
}
