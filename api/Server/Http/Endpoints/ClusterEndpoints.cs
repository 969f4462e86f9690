using System.ComponentModel;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>The cluster as a whole, and its groups.</summary>
internal static class ClusterEndpoints
{
    public static void MapCluster(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/cluster", GetClusterAsync)
            .WithName("getCluster").WithTags("cluster")
            .WithSummary("The whole cluster at one moment")
            .WithDescription("As the answering node knows it: quorum, nodes, open fence operations, groups, and what needs attention. "
                + "Its position is where to resume the events.")
            .AnswersProblems(503);
        routes.MapGet("/v1/groups", GetGroupsAsync)
            .WithName("listGroups").WithTags("groups")
            .WithSummary("All groups")
            .WithDescription("Lock spaces are groups: their members, generation, and what they wait for.")
            .AnswersProblems(503);
        routes.MapGet("/v1/groups/{name}", GetGroupAsync)
            .WithName("getGroup").WithTags("groups")
            .WithSummary("One group")
            .WithDescription("Its members, generation, departed members, and what it waits for.")
            .AnswersProblems(404, 503);
    }

    private static async Task<Ok<ClusterDocument>> GetClusterAsync(ICluster cluster, CancellationToken cancellation) =>
        TypedResults.Ok(await cluster.ReadAsync(cancellation).ConfigureAwait(false));

    private static async Task<Ok<GroupList>> GetGroupsAsync(ICluster cluster, CancellationToken cancellation) =>
        TypedResults.Ok(new GroupList((await cluster.ReadAsync(cancellation).ConfigureAwait(false)).Groups));

    private static async Task<Ok<GroupDocument>> GetGroupAsync(
        [Description("The group's name.")] string name, ICluster cluster, CancellationToken cancellation)
    {
        ClusterDocument now = await cluster.ReadAsync(cancellation).ConfigureAwait(false);
        return TypedResults.Ok(now.Groups.FirstOrDefault(group => group.Name == name) ?? throw Problems.UnknownGroup(name));
    }
}
