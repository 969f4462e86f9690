using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Metrics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>For orchestrators, load balancers and Prometheus.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", GetLiveAsync)
            .WithName("isLive").WithTags("health")
            .WithSummary("Whether the daemon is alive")
            .WithDescription("Its loop answers. When this fails for long, restart the daemon.")
            .AnswersProblems(503);
        routes.MapGet("/healthz/ready", GetReadyAsync)
            .WithName("isReady").WithTags("health")
            .WithSummary("Whether this node is a member with a lease")
            .WithDescription("Only then do its lock managers grant anything.")
            .AnswersProblems(503);
        routes.MapGet("/metrics", GetMetrics)
            .WithName("getMetrics").WithTags("health")
            .WithSummary("Metrics for Prometheus")
            .WithDescription("The text exposition format, version 0.0.4.")
            .Produces<string>(200, "text/plain");
    }

    private static async Task<Ok<HealthDocument>> GetLiveAsync(ICluster cluster, CancellationToken cancellation)
    {
        await cluster.ReadAsync(cancellation).ConfigureAwait(false);
        return TypedResults.Ok(new HealthDocument("live"));
    }

    private static async Task<Ok<HealthDocument>> GetReadyAsync(ICluster cluster, CancellationToken cancellation)
    {
        ClusterDocument now = await cluster.ReadAsync(cancellation).ConfigureAwait(false);
        NodeDocument? self = now.Nodes.FirstOrDefault(node => node.Name == now.AnsweredBy);
        string leader = now.Quorum.Leader is { } name ? $"The leader is {name}." : "No leader is known: see that a majority of the nodes runs.";
        if (self is not { State: NodeState.Up })
        {
            throw Problems.NotReady(
                $"Node {now.AnsweredBy} is not a member (state: {self?.State.ToString().ToLowerInvariant() ?? "unknown"}). {leader}");
        }

        return now.Quorum.Lease.Held
            ? TypedResults.Ok(new HealthDocument("ready"))
            : throw Problems.NotReady($"Node {now.AnsweredBy} holds no lease. {leader}");
    }

    private static FileContentHttpResult GetMetrics(MetricsCollector metrics) => TypedResults.Bytes(metrics.Expose(), MetricsCollector.ContentType);
}
