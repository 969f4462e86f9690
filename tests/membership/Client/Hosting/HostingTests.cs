using Cluster.Client.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cluster.Client.Tests.Hosting;

public sealed class HostingTests
{
    [Fact]
    public async Task A_host_has_one_client_that_connects_when_it_starts()
    {
        await using var daemon = new FakeDaemon();
        daemon.Grant(7, TimeSpan.FromMinutes(10));
        using IHost host = Build(options => options.SocketPath = daemon.SocketPath);
        await host.StartAsync();
        var client = host.Services.GetRequiredService<IMembershipClient>();
        Assert.Same(client, host.Services.GetRequiredService<IMembershipClient>());
        await Eventually.Holds(() => client.Lease.IsHeld, "the lease");
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        Assert.False(client.Lease.IsHeld);
    }

    [Fact]
    public async Task The_check_tells_lease_no_lease_and_no_daemon_apart()
    {
        await using var daemon = new FakeDaemon();
        using IHost host = Build(options =>
        {
            options.SocketPath = daemon.SocketPath;
            options.WaitForDaemon = TimeSpan.FromMinutes(1);
        });
        await host.StartAsync();
        HealthReportEntry waiting = await CheckAsync(host);
        Assert.Equal(HealthStatus.Degraded, waiting.Status);
        Assert.Equal("test", waiting.Data["cluster"]);

        daemon.Grant(7, TimeSpan.FromMinutes(10));
        await UntilAsync(host, HealthStatus.Healthy);
        daemon.EndIncarnation("declared down");
        await UntilAsync(host, HealthStatus.Degraded);
        await daemon.StopAsync();
        await UntilAsync(host, HealthStatus.Unhealthy);
        daemon.Start();
        await UntilAsync(host, HealthStatus.Degraded);
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    [Fact]
    public async Task A_host_that_waits_for_its_daemon_does_not_start_without_it()
    {
        string nowhere = Path.Combine(Path.GetTempPath(), $"no-daemon-{Guid.NewGuid():n}");
        using IHost host = Build(options =>
        {
            options.SocketPath = nowhere;
            options.WaitForDaemon = TimeSpan.FromMilliseconds(100);
        });
        TimeoutException error = await Assert.ThrowsAsync<TimeoutException>(() => host.StartAsync());
        Assert.Contains(nowhere, error.Message, StringComparison.Ordinal);
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    [Fact]
    public async Task Options_that_make_no_sense_are_refused_at_the_start_with_all_reasons()
    {
        using IHost host = Build(options =>
        {
            options.SocketPath = "here";
            options.WaitForDaemon = TimeSpan.FromSeconds(-1);
        });
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal(2, error.Failures.Count());
        Assert.Contains("relative", error.Message, StringComparison.Ordinal);
        Assert.Contains("WaitForDaemon", error.Message, StringComparison.Ordinal);
    }

    private static IHost Build(Action<ClusterMembershipOptions> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddClusterMembership(configure);
        builder.Services.AddHealthChecks().AddClusterMembership();
        return builder.Build();
    }

    private static async Task<HealthReportEntry> CheckAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["cluster-membership"];

    private static Task UntilAsync(IHost host, HealthStatus status) =>
        Eventually.Holds(async () => (await CheckAsync(host)).Status == status, $"the check to say {status}");
}
