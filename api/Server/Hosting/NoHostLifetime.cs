namespace Cluster.Api.Server.Hosting;

/// <summary>Keeps the web host from handling signals: the daemon does, because the node must leave the cluster before its API ends.</summary>
internal sealed class NoHostLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
