using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>The ways between the nodes.</summary>
internal static class LinkEndpoints
{
    public static void MapLinks(this IEndpointRouteBuilder routes) => routes.MapGet("/v1/links", GetLinks)
        .WithName("listLinks").WithTags("nodes")
        .WithSummary("The ways from the answering node to the others")
        .WithDescription("For each other node each path, one for each of its addresses: whether it is connected and used, when it was last known to work, "
            + "how long the way is. Ask every node: a path may fail in one direction only.");

    private static Ok<LinkList> GetLinks(ICluster cluster) => TypedResults.Ok(new LinkList(cluster.Links));
}
