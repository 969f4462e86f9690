using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Cluster.Client.Hosting;

/// <summary>Adds the cluster client to a host.</summary>
public static class ClusterMembershipExtensions
{
    /// <summary>
    /// Adds one <see cref="IMembershipClient"/> for the whole host. It connects when the host starts (or when it is first asked for) and leaves
    /// its groups when the host's services are disposed, after everything that was given it.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets options; null keeps the defaults.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddClusterMembership(
        this IServiceCollection services, Action<ClusterMembershipOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OptionsBuilder<ClusterMembershipOptions> options = services.AddOptions<ClusterMembershipOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ClusterMembershipOptions>, ClusterMembershipOptionsValidator>());
        services.TryAddSingleton<IMembershipClient>(
            provider => MembershipClient.Start(provider.GetRequiredService<IOptions<ClusterMembershipOptions>>().Value.SocketPath));
        services.AddHostedService<ClusterMembershipService>();
        return services;
    }

    /// <summary>
    /// Adds a check of the client: healthy while this node holds its lease, degraded while the daemon is connected and the node holds none,
    /// otherwise <paramref name="failureStatus"/>.
    /// </summary>
    /// <param name="checks">The host's checks.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What is reported when no daemon is connected; null: unhealthy.</param>
    /// <param name="tags">The check's tags.</param>
    /// <returns>The checks.</returns>
    public static IHealthChecksBuilder AddClusterMembership(
        this IHealthChecksBuilder checks,
        string name = "cluster-membership",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(checks);
        return checks.Add(new HealthCheckRegistration(
            name,
            provider => new ClusterMembershipHealthCheck(provider.GetRequiredService<IMembershipClient>()),
            failureStatus,
            tags));
    }
}
