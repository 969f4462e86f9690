using Cluster.Api.Contract;
using Cluster.Api.Planning;
using Cluster.Api.Server.Cluster;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>Quorum: how it stands, and what would become of it.</summary>
internal static class QuorumEndpoints
{
    public static void MapQuorum(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/quorum", GetQuorumAsync)
            .WithName("getQuorum").WithTags("quorum")
            .WithSummary("Quorum, leader and lease")
            .WithDescription("As the answering node sees it.")
            .AnswersProblems(503);
        routes.MapPost("/v1/quorum/simulate", SimulateAsync)
            .WithName("simulateQuorum").WithTags("quorum")
            .WithSummary("What the cluster, or one that is described, survives")
            .WithDescription("Which sets of failures are survived, which failures one after another, which nodes are single points of failure, how a "
                + "cold start goes when some do not come, and who goes on after each split. It changes nothing. An empty object asks about this cluster.")
            .Accepts<QuorumSimulationRequest>("application/json")
            .AnswersProblems(400, 413, 415, 503);
    }

    private static async Task<Ok<QuorumDocument>> GetQuorumAsync(ICluster cluster, CancellationToken cancellation) =>
        TypedResults.Ok((await cluster.ReadAsync(cancellation).ConfigureAwait(false)).Quorum);

    private static async Task<Ok<QuorumSimulationDocument>> SimulateAsync(HttpRequest request, ICluster cluster, CancellationToken cancellation)
    {
        QuorumSimulationRequest body = await RequestBody.ReadAsync(
            request, ApiJson.Default.QuorumSimulationRequest, """{"nodes":[{"name":"n1","votes":2},{"name":"n2"},{"name":"n3"}],"fail":["n1"]}""")
            .ConfigureAwait(false);
        ClusterDocument? now = body.Nodes is null ? await cluster.ReadAsync(cancellation).ConfigureAwait(false) : null;
        try
        {
            return TypedResults.Ok(QuorumQuestion.Answer(body, now));
        }
        catch (ArgumentException error)
        {
            throw Problems.InvalidBody($"The simulation can't be made: {Problems.Shown(error.Message, 300)}.");
        }
    }
}
