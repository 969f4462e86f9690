// docs/client.md shows what stands between the marks; a test compares the two and runs it.
// <sample>
using Cluster.Client;
using Cluster.Client.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Example;

internal static class HostSample
{
    public static IHost Build(string socketPath)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddClusterMembership(options =>
        {
            options.SocketPath = socketPath; // default: /run/cluster/members.sock
            options.WaitForDaemon = TimeSpan.FromSeconds(30); // default: the start does not wait
        });
        builder.Services.AddHealthChecks().AddClusterMembership();
        builder.Services.AddHostedService<Watcher>();
        return builder.Build();
    }

    private sealed class Watcher(IMembershipClient cluster) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stop)
        {
            await foreach (MembershipSnapshot now in cluster.SnapshotsAsync(stop))
            {
                int up = now.Nodes.Count(node => node.State == Cluster.Membership.NodeLifeState.Up);
                Console.WriteLine($"{now.Position}: {up} of {now.Nodes.Count} nodes up, {(now.HoldsLease ? "quorate" : "no lease")}");
            }
        }
    }
}
// </sample>
