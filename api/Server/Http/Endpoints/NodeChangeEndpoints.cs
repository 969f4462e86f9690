using System.ComponentModel;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Joining;
using Cluster.Membership.Protocol;
using Cluster.Transport.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>The life of nodes: admitting, changing, draining and removing them, and letting one leave.</summary>
internal static class NodeChangeEndpoints
{
    private const string WhoExample = """{"who":"your name"}""";

    public static void MapNodeChanges(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/nodes", AddAsync)
            .WithName("addNode").WithTags("nodes")
            .WithSummary("Admit a node by an operator's word")
            .WithDescription("The node is listed as absent until its daemon joins. It begins as a learner and votes by itself when it has caught up, while "
                + "fewer nodes vote than the settings want. Repeated alike it is answered alike. POST /v1/join admits by token and tells the rest.")
            .Accepts<NodeAddRequest>("application/json")
            .AnswersProblems(400, 409, 413, 415, 503);
        routes.MapPatch("/v1/nodes/{name}", ChangeAsync)
            .WithName("changeNode").WithTags("nodes")
            .WithSummary("Change what is kept of a node")
            .WithDescription("Addresses, votes, labels, maintenance, draining; what is left out stays. Name and number can't be changed.")
            .Accepts<NodeChangeRequest>("application/json")
            .AnswersProblems(400, 404, 409, 413, 415, 503);
        routes.MapPost("/v1/nodes/{name}/drain", ([Description("The node's name.")] string name, HttpRequest request, ICluster cluster, ClusterWriter writer, CancellationToken cancellation) =>
                SwitchAsync(name, "Draining", (change, on) => change.Draining = on, request, cluster, writer, cancellation))
            .WithName("drainNode").WithTags("nodes")
            .WithSummary("Drain a node, or end it")
            .WithDescription("Lock managers on it are asked to leave their groups, and none may join. GET /v1/groups shows who is still there.")
            .Accepts<NodeSwitchRequest>("application/json")
            .AnswersProblems(400, 404, 409, 413, 415, 503);
        routes.MapPost("/v1/nodes/{name}/maintenance", ([Description("The node's name.")] string name, HttpRequest request, ICluster cluster, ClusterWriter writer, CancellationToken cancellation) =>
                SwitchAsync(name, "Maintenance of", (change, on) => change.Maintenance = on, request, cluster, writer, cancellation))
            .WithName("maintainNode").WithTags("nodes")
            .WithSummary("Take a node into maintenance, or end it")
            .WithDescription("The cluster does not switch it off by its own decision. What it holds still waits for proof when it is down.")
            .Accepts<NodeSwitchRequest>("application/json")
            .AnswersProblems(400, 404, 409, 413, 415, 503);
        routes.MapPost("/v1/nodes/{name}/leave", LeaveAsync)
            .WithName("leaveNode").WithTags("nodes")
            .WithSummary("Let this node leave and end its daemon")
            .WithDescription("In order: its lock managers have left their groups, then it says farewell, and nobody fences it. It must be asked of the node "
                + "itself. It stays listed, and joins again when its daemon is started; DELETE takes it off the list.")
            .Accepts<NodeSwitchRequest>("application/json")
            .AnswersProblems(400, 404, 409, 413, 415, 503);
        routes.MapDelete("/v1/nodes/{name}", RemoveAsync)
            .WithName("removeNode").WithTags("nodes")
            .WithSummary("Take a node off the list")
            .WithDescription("It has left, is fenced or never came, and nobody waits for proof about it. It can't come back under its number; its name may be "
                + "given to another.")
            .AnswersProblems(400, 404, 409, 503);
    }

    /// <summary>A name that certificates can bear too.</summary>
    public static string NodeName(string? name) => PeerName.IsName(name ?? "")
        ? name!
        : throw Problems.InvalidBody($"'name' is '{Problems.Shown(name ?? "")}', which is no node's name. Write {PeerName.NameRule}.");

    public static string[] Addresses(IReadOnlyList<string>? addresses) => addresses is { Count: > 0 } && addresses.All(each => !string.IsNullOrWhiteSpace(each))
        ? [.. addresses]
        : throw Problems.InvalidBody("'addresses' is missing or holds nothing. List where the other nodes reach it, e.g. [\"10.0.0.4:7101\"].");

    public static IEnumerable<Label> Labels(IReadOnlyDictionary<string, string>? labels) =>
        labels?.OrderBy(label => label.Key, StringComparer.Ordinal)
            .Select(label => new Label { Key = label.Key, Value = RequestBody.Optional(label.Value, "labels." + Problems.Shown(label.Key), 256) }) ?? [];

    private static async Task<Created<NodeDocument>> AddAsync(
        HttpRequest request, ICluster cluster, ClusterWriter writer, CancellationToken cancellation)
    {
        NodeAddRequest body = await RequestBody.ReadAsync(
            request, ApiJson.Default.NodeAddRequest, """{"who":"your name","name":"n4","addresses":["10.0.0.4:7101"]}""").ConfigureAwait(false);
        string name = NodeName(body.Name);
        var add = new NodeAdd
        {
            Node = body.Id ?? 0,
            Name = name,
            Votes = body.Votes is 0 ? throw Problems.InvalidBody("'votes' is 0. Write 1 to 1000; whether it votes is the cluster's to decide.") : body.Votes ?? 1,
            IsArbiter = body.Arbiter ?? false,
            Who = RequestBody.Who(body.Who),
        };
        add.Addresses.AddRange(Addresses(body.Addresses));
        add.Labels.AddRange(Labels(body.Labels));
        await writer.SubmitAsync($"Adding node {name}", new Command { NodeAdd = add }, cancellation).ConfigureAwait(false);
        NodeDocument node = await NodeEndpoints.FindAsync(name, cluster, cancellation).ConfigureAwait(false);
        return TypedResults.Created(node.Url, node);
    }

    private static async Task<Ok<NodeDocument>> ChangeAsync(
        [Description("The node's name.")] string name, HttpRequest request, ICluster cluster, ClusterWriter writer, CancellationToken cancellation)
    {
        NodeDocument node = await NodeEndpoints.FindAsync(name, cluster, cancellation).ConfigureAwait(false);
        NodeChangeRequest body = await RequestBody.ReadAsync(
            request, ApiJson.Default.NodeChangeRequest, """{"who":"your name","labels":{"rack":"b7"}}""").ConfigureAwait(false);
        var change = new NodeConfigure { Node = node.Id, Who = RequestBody.Who(body.Who), SetLabels = body.Labels is not null };
        if (body.Addresses is not null)
        {
            change.Addresses.AddRange(Addresses(body.Addresses));
        }

        if (body.Votes is { } votes)
        {
            change.Votes = votes;
        }

        if (body.Maintenance is { } maintenance)
        {
            change.Maintenance = maintenance;
        }

        if (body.Draining is { } draining)
        {
            change.Draining = draining;
        }

        change.Labels.AddRange(Labels(body.Labels));
        return await SubmitAsync($"Changing {node.Name}", node.Name, change, cluster, writer, cancellation).ConfigureAwait(false);
    }

    private static async Task<Ok<NodeDocument>> SwitchAsync(
        string name,
        string what,
        Action<NodeConfigure, bool> set,
        HttpRequest request,
        ICluster cluster,
        ClusterWriter writer,
        CancellationToken cancellation)
    {
        NodeDocument node = await NodeEndpoints.FindAsync(name, cluster, cancellation).ConfigureAwait(false);
        NodeSwitchRequest body = await RequestBody.ReadAsync(request, ApiJson.Default.NodeSwitchRequest, WhoExample).ConfigureAwait(false);
        var change = new NodeConfigure { Node = node.Id, Who = RequestBody.Who(body.Who) };
        set(change, body.On ?? true);
        return await SubmitAsync($"{what} {node.Name}", node.Name, change, cluster, writer, cancellation).ConfigureAwait(false);
    }

    private static async Task<Ok<NodeDocument>> SubmitAsync(
        string what, string name, NodeConfigure change, ICluster cluster, ClusterWriter writer, CancellationToken cancellation)
    {
        await writer.SubmitAsync(what, new Command { NodeConfigure = change }, cancellation).ConfigureAwait(false);
        return TypedResults.Ok(await NodeEndpoints.FindAsync(name, cluster, cancellation).ConfigureAwait(false));
    }

    private static async Task<Accepted<NodeDocument>> LeaveAsync(
        [Description("The name of the node that answers.")] string name,
        HttpRequest request, ICluster cluster, LeaveOrder order, CancellationToken cancellation)
    {
        NodeDocument node = await NodeEndpoints.FindAsync(name, cluster, cancellation).ConfigureAwait(false);
        NodeSwitchRequest body = await RequestBody.ReadAsync(request, ApiJson.Default.NodeSwitchRequest, WhoExample).ConfigureAwait(false);
        RequestBody.Who(body.Who);
        string answering = (await cluster.ReadAsync(cancellation).ConfigureAwait(false)).AnsweredBy;
        if (node.Name != answering)
        {
            throw Problems.WrongNode(node, answering);
        }

        order.Ask();
        return TypedResults.Accepted(node.Url, node);
    }

    private static async Task<Ok<NodeDocument>> RemoveAsync(
        [Description("The node's name.")] string name,
        [Description("Who removes it. Required.")] string? who,
        [Description("The node's name once more, as a confirmation. Required.")] string? confirm,
        ICluster cluster, ClusterWriter writer, CancellationToken cancellation)
    {
        NodeDocument node = await NodeEndpoints.FindAsync(name, cluster, cancellation).ConfigureAwait(false);
        string remover = RequestBody.Who(who);
        if (confirm != node.Name)
        {
            throw Problems.InvalidParameter(
                $"'confirm' must repeat the node's name, '{node.Name}': its number is never used again. Nothing was done.");
        }

        await writer.SubmitAsync(
            $"Removing {node.Name}", new Command { NodeRemove = new NodeRemove { Node = node.Id, Who = remover } }, cancellation).ConfigureAwait(false);
        return TypedResults.Ok(node);
    }
}
