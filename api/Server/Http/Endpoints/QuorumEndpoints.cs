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
        routes.MapPost("/v1/quorum/assemble", AssembleAsync)
            .WithName("assembleCluster").WithTags("quorum")
            .WithSummary("Go on without the nodes that the cluster waits for since it started")
            .WithDescription("Wait-for-all holds a cluster that was wholly down until every node was seen. This is an operator's word that the missing ones do not run. "
                + "A majority is needed all the same.")
            .Accepts<AssembleRequest>("application/json")
            .AnswersProblems(400, 409, 413, 415, 503);
        routes.MapPost("/v1/quorum/simulate", SimulateAsync)
            .WithName("simulateQuorum").WithTags("quorum")
            .WithSummary("What the cluster, or one that is described, survives")
            .WithDescription("Which sets of failures are survived, which failures one after another, which nodes are single points of failure, how a "
                + "cold start goes when some do not come, and who goes on after each split. It changes nothing. An empty object asks about this cluster.")
            .Accepts<QuorumSimulationRequest>("application/json")
            .AnswersProblems(400, 413, 415, 503);
    }

    private static async Task<Ok<QuorumDocument>> AssembleAsync(
        HttpRequest request, ICluster cluster, ClusterWriter writer, CancellationToken cancellation)
    {
        AssembleRequest body = await RequestBody.ReadAsync(
            request, ApiJson.Default.AssembleRequest, $$"""{"who":"your name","cluster":"{{cluster.Name}}"}""").ConfigureAwait(false);
        string who = RequestBody.Who(body.Who);
        if (body.Cluster != cluster.Name)
        {
            throw Problems.InvalidBody(
                $"'cluster' must repeat the cluster's id, '{cluster.Name}', as a confirmation. Nothing was done. Make sure that the nodes that are missing do not run.");
        }

        ClusterDocument now = await cluster.ReadAsync(cancellation).ConfigureAwait(false);
        if (now.Quorum.Quorate)
        {
            throw Problems.NothingToAssemble();
        }

        await writer.SubmitAsync(
            "Going on without the nodes that are missing",
            await cluster.MakeAssembleAsync(who, cancellation).ConfigureAwait(false),
            cancellation,
            needsQuorum: false).ConfigureAwait(false);
        return await GetQuorumAsync(cluster, cancellation).ConfigureAwait(false);
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
