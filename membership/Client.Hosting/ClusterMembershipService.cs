using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Cluster.Client.Hosting;

/// <summary>Connects the client when the host starts, and waits for the daemon when that is wished.</summary>
internal sealed class ClusterMembershipService(IMembershipClient client, IOptions<ClusterMembershipOptions> options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait = options.Value.WaitForDaemon;
        if (wait == TimeSpan.Zero)
        {
            return;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(wait);
        try
        {
            await foreach (MembershipSnapshot _ in client.SnapshotsAsync(patience.Token).ConfigureAwait(false))
            {
                return;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"no daemon answered at {options.Value.SocketPath} within {wait}; is clusterd running, and is that its member socket?");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
