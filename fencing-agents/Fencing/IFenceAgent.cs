namespace Cluster.Fencing;

/// <summary>
/// A configured fence device. Implementations must be safe for one call at a time; the engine sees to that (one action a device).
/// </summary>
public interface IFenceAgent : IAsyncDisposable
{
    /// <summary>
    /// Carries out one action. Ends by itself when the request's deadline has passed, then with
    /// <see cref="FenceFailure.TimedOut"/> or a closer reason. Ordinary failures are results, not exceptions.
    /// </summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was signalled; the outcome is unknown.</exception>
    Task<FenceResult> ExecuteAsync(FenceRequest request, CancellationToken cancellation);
}
