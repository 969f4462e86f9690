using System.ComponentModel;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Microsoft.AspNetCore.Http.HttpResults;
using FenceKind = Cluster.Api.Contract.FenceKind;

namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>Nodes: reading them, fencing them, and a human's word that one is stopped.</summary>
internal static class NodeEndpoints
{
    private const int LongestReason = 512;
    private const int LongestWho = 128;

    public static void MapNodes(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/nodes", GetNodesAsync)
            .WithName("listNodes").WithTags("nodes")
            .WithSummary("All nodes")
            .WithDescription("By number, each with its newest life.")
            .AnswersProblems(503);
        routes.MapGet("/v1/nodes/{name}", GetNodeAsync)
            .WithName("getNode").WithTags("nodes")
            .WithSummary("One node")
            .WithDescription("Its newest life, and what shows that it is stopped if it is.")
            .AnswersProblems(404, 503);
        routes.MapPost("/v1/nodes/{name}/fence", FenceAsync)
            .WithName("fenceNode").WithTags("nodes", "fencing")
            .WithSummary("Fence a node")
            .WithDescription("Opens a fence operation, or finds the one that is under way for this node. The answer comes when the intent is "
                + "committed; follow the operation at the Location. Repeat a request whose answer was lost with the same Idempotency-Key.")
            .Accepts<FenceRequest>("application/json")
            .AnswersProblems(400, 404, 409, 413, 415, 503)
            .WithMetadata(new RequestHeaderMetadata(
                "Idempotency-Key", "1 to 128 visible ASCII characters that name this request; a fresh UUID is best."));
        routes.MapPost("/v1/nodes/{name}/confirm-fenced", ConfirmAsync)
            .WithName("confirmFenced").WithTags("nodes", "fencing")
            .WithSummary("Give a human's word that a node is stopped")
            .WithDescription("For a node that is down and can't be fenced by a device. It is recorded with the name, and what the node held is "
                + "given away on it: if the node still runs, data is destroyed. Go and look first.")
            .Accepts<ConfirmFencedRequest>("application/json")
            .AnswersProblems(400, 404, 409, 413, 415, 503);
    }

    private static async Task<Ok<NodeList>> GetNodesAsync(ICluster cluster, CancellationToken cancellation) =>
        TypedResults.Ok(new NodeList((await cluster.ReadAsync(cancellation).ConfigureAwait(false)).Nodes));

    private static async Task<Ok<NodeDocument>> GetNodeAsync(
        [Description("The node's name.")] string name, ICluster cluster, CancellationToken cancellation) =>
        TypedResults.Ok(await FindAsync(name, cluster, cancellation).ConfigureAwait(false));

    private static async Task<Accepted<FenceOperationDocument>> FenceAsync(
        [Description("The node's name.")] string name,
        HttpRequest request, ICluster cluster, ClusterWriter writer, CancellationToken cancellation)
    {
        NodeDocument node = await FindAsync(name, cluster, cancellation).ConfigureAwait(false);
        string key = QueryValues.IdempotencyKey(request.Headers["Idempotency-Key"]);
        FenceRequest body = await RequestBody.ReadAsync(
            request, ApiJson.Default.FenceRequest, """{"reason":"why it must be fenced","kind":"reboot"}""").ConfigureAwait(false);
        string reason = RequestBody.Required(body.Reason, "reason", LongestReason, "Say why the node must be fenced: it stays in the ledger.");
        var command = new Command
        {
            FenceOpen = new FenceOpen
            {
                Node = node.Id,
                Kind = DocumentMap.Of(body.Kind ?? FenceKind.Reboot),
                Reason = reason,
                Requester = "operator",
                IdempotencyKey = key,
            },
        };
        CommandOutcome outcome;
        try
        {
            outcome = await writer.SubmitAsync($"Fencing {node.Name}", command, cancellation).ConfigureAwait(false);
        }
        catch (ProblemException problem) when (problem.Type == ProblemTypes.Conflict && key.Length > 0)
        {
            throw new ProblemException(409, ProblemTypes.IdempotencyKeyReused, "The idempotency key belongs to another request", problem.Message);
        }

        FenceOperationDocument? operation = await cluster.ReadOperationAsync(outcome.Id, cancellation).ConfigureAwait(false);
        return operation is null
            ? throw Problems.UnknownOperation(OperationProjection.Url(outcome.Id))
            : TypedResults.Accepted(operation.Url, operation);
    }

    private static async Task<Ok<NodeDocument>> ConfirmAsync(
        [Description("The node's name.")] string name,
        HttpRequest request, ICluster cluster, ClusterWriter writer, CancellationToken cancellation)
    {
        NodeDocument node = await FindAsync(name, cluster, cancellation).ConfigureAwait(false);
        ConfirmFencedRequest body = await RequestBody.ReadAsync(
            request, ApiJson.Default.ConfirmFencedRequest, $$"""{"who":"your name","note":"how you know","node":"{{node.Name}}"}""").ConfigureAwait(false);
        string who = RequestBody.Required(body.Who, "who", LongestWho, "Say who gives the word: it stays in the ledger.");
        string note = RequestBody.Optional(body.Note, "note", LongestReason);
        if (body.Node != node.Name)
        {
            throw Problems.InvalidBody(
                $"'node' must repeat the node's name, '{node.Name}', as a confirmation. Nothing was done. "
                + $"Make sure that {node.Name} is off, then send it.");
        }

        // The life that the caller saw, or else the one that is the newest now: never one that begins while the command is on its way.
        var command = new Command
        {
            FenceConfirm = new FenceConfirm
            {
                Node = node.Id,
                Incarnation = body.Incarnation ?? node.Incarnation,
                Who = who,
                Note = note,
            },
        };
        await writer.SubmitAsync($"Confirming that {node.Name} is stopped", command, cancellation).ConfigureAwait(false);
        return TypedResults.Ok(await FindAsync(name, cluster, cancellation).ConfigureAwait(false));
    }

    /// <exception cref="ProblemException">There is none of that name.</exception>
    public static async Task<NodeDocument> FindAsync(string name, ICluster cluster, CancellationToken cancellation)
    {
        IReadOnlyList<NodeDocument> nodes = (await cluster.ReadAsync(cancellation).ConfigureAwait(false)).Nodes;
        return nodes.FirstOrDefault(node => node.Name == name) ?? throw Problems.UnknownNode(name, nodes);
    }
}
