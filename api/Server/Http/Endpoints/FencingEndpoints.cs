using System.ComponentModel;
using System.Globalization;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>The fence ledger.</summary>
internal static class FencingEndpoints
{
    private const int MostOperations = 500;

    public static void MapFencing(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/fencing/operations", GetOperationsAsync)
            .WithName("listFenceOperations").WithTags("fencing")
            .WithSummary("The fence ledger")
            .WithDescription("Oldest first, a page at a time.")
            .AnswersProblems(400, 503);
        routes.MapGet("/v1/fencing/operations/{id}", GetOperationAsync)
            .WithName("getFenceOperation").WithTags("fencing")
            .WithSummary("One fence operation")
            .WithDescription("With all its attempts: who ran them, on which device, what was observed.")
            .AnswersProblems(404, 503);
    }

    private static async Task<Ok<FenceOperationPage>> GetOperationsAsync(
        ICluster cluster,
        [Description("Only operations with a greater id: the 'next' of the page before.")] string? after,
        [Description("How many at most, 1 to 500; 100 if left out.")] string? limit,
        [Description("true: only operations that are not closed.")] string? open,
        CancellationToken cancellation)
    {
        ulong from = 0;
        if (after is not null && !QueryValues.TryOperation(after, out from))
        {
            throw Problems.InvalidParameter($"after={Problems.Shown(after)} makes no sense; write the 'next' of the page before.");
        }

        int most = QueryValues.Number(limit, "limit", 100, 1, MostOperations);
        IReadOnlyList<FenceOperationDocument> operations = await cluster
            .ReadOperationsAsync(from, most + 1, QueryValues.Flag(open, "open"), cancellation).ConfigureAwait(false);
        bool more = operations.Count > most;
        FenceOperationDocument[] page = [.. operations.Take(most)];
        return TypedResults.Ok(new FenceOperationPage(page, more ? page[^1].Id.ToString(CultureInfo.InvariantCulture) : null));
    }

    private static async Task<Ok<FenceOperationDocument>> GetOperationAsync(
        [Description("The operation's id.")] string id, ICluster cluster, CancellationToken cancellation)
    {
        FenceOperationDocument? operation = QueryValues.TryOperation(id, out ulong number)
            ? await cluster.ReadOperationAsync(number, cancellation).ConfigureAwait(false)
            : null;
        return TypedResults.Ok(operation ?? throw Problems.UnknownOperation(id));
    }
}
