using Cluster.Membership;

namespace Cluster.Runtime;

/// <summary>Carries out fence attempts. The runtime calls it only for attempts that are committed (S4).</summary>
public interface IFenceDriver
{
    /// <summary>
    /// Runs the agents of one level and tells what was observed. Called on the thread pool; attempts for different targets may
    /// run at the same time.
    /// </summary>
    /// <param name="order">What to do, and within which time.</param>
    /// <param name="cancellation">
    /// Signalled when the order's deadline has passed or the daemon stops. The runtime then waits one second more before it
    /// reports the attempt as timed out.
    /// </param>
    /// <returns>Success only with evidence (switching off) or an observed effect (switching on).</returns>
    Task<AttemptOutcome> ExecuteAsync(FenceOrder order, CancellationToken cancellation);
}
