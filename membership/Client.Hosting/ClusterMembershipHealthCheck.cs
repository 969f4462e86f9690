using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cluster.Client.Hosting;

/// <summary>Tells whether this process may act for the cluster now. Reads what the client knows; asks nobody, so it never waits.</summary>
internal sealed class ClusterMembershipHealthCheck(IMembershipClient client) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        MembershipSnapshot now = client.Current;
        var data = new SortedDictionary<string, object>(StringComparer.Ordinal)
        {
            ["cluster"] = now.Cluster,
            ["node"] = now.Self.Value,
            ["incarnation"] = now.Incarnation.Value,
            ["epoch"] = now.Epoch.Value,
            ["position"] = now.Position.ToString(),
        };
        HealthCheckResult result = now switch
        {
            { IsConnected: false } => new HealthCheckResult(
                context.Registration.FailureStatus, "no daemon is connected: nothing renews this node's lease; start clusterd", data: data),
            _ when client.Lease.IsHeld => HealthCheckResult.Healthy("this node holds its lease", data),
            _ => HealthCheckResult.Degraded(
                "the daemon is connected, but this node holds no lease: it is no member, or sees no majority", data: data),
        };
        return Task.FromResult(result);
    }
}
