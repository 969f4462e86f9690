using System.Globalization;
using Cluster.Api.Contract;
using Spectre.Console;

namespace Cluster.Api.Cli.Output;

/// <summary>The status on one screen: quorum, nodes, open fence operations, groups, and what to do.</summary>
internal static class StatusScreen
{
    public static void Write(IAnsiConsole console, ClusterDocument cluster)
    {
        Head(console, cluster);
        Nodes(console, cluster);
        Operations(console, cluster);
        Groups(console, cluster);
        Attention(console, cluster);
    }

    private static void Head(IAnsiConsole console, ClusterDocument cluster)
    {
        string health = cluster.Healthy ? "[green]healthy[/]" : "[red]needs attention[/]";
        console.MarkupLine($"[bold]{Screen.Text(cluster.Cluster)}[/]: {health}, as {Screen.Text(cluster.AnsweredBy)} sees it");
        console.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"{QuorumScreen.Line(cluster.Quorum)}; epoch {cluster.Epoch}"));
        console.WriteLine();
    }

    private static void Nodes(IAnsiConsole console, ClusterDocument cluster)
    {
        Table table = Screen.NewTable("node", "state", "incarnation", "evidence", "fence levels", "since (UTC)", "");
        foreach (NodeDocument node in cluster.Nodes)
        {
            string remark = string.Join(
                "; ",
                new[] { node.Leader ? "leader" : null, node.State == NodeState.Up ? null : node.DownReason, By(node) }.Where(each => each is not null));
            table.AddRow(
                Screen.Text(node.Name),
                Screen.Coloured(Words.Of(node.State), node.State is NodeState.Up or NodeState.Left, node.State == NodeState.Down),
                node.Incarnation == 0 ? "-" : node.Incarnation.ToString(CultureInfo.InvariantCulture),
                node.Evidence == Evidence.None ? "-" : Words.Of(node.Evidence),
                node.FenceLevels.Count == 0 ? "[yellow]none[/]" : string.Join(' ', node.FenceLevels),
                node.ChangedAt is { } at ? at.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "-",
                Screen.Text(remark));
        }

        console.Write(table);
    }

    private static void Operations(IAnsiConsole console, ClusterDocument cluster)
    {
        foreach (FenceOperationDocument operation in cluster.OpenFenceOperations)
        {
            console.WriteLine();
            console.MarkupLine(string.Create(
                CultureInfo.InvariantCulture,
                $"[bold]fence operation {operation.Id}[/]: {Words.Of(operation.Kind)} {Screen.Text(operation.Node)}, {Words.Of(operation.Phase)}, "
                + $"asked by {Screen.Text(operation.Requester)}: {Screen.Text(operation.Reason)}"));
            if (operation.Attempts.Count > 0)
            {
                console.MarkupLine($"  {Screen.Text(Words.Attempt(operation.Attempts[^1]))}");
            }
        }
    }

    private static void Groups(IAnsiConsole console, ClusterDocument cluster)
    {
        GroupDocument[] groups = [.. cluster.Groups.Where(group => group.State != GroupState.Empty)];
        if (groups.Length == 0)
        {
            return;
        }

        console.WriteLine();
        GroupsScreen.Write(console, groups);
    }

    private static void Attention(IAnsiConsole console, ClusterDocument cluster)
    {
        if (cluster.Attention.Count == 0)
        {
            return;
        }

        console.WriteLine();
        console.MarkupLine("[bold]What to do[/]");
        foreach (AttentionDocument each in cluster.Attention)
        {
            console.MarkupLine($"  [yellow]{Screen.Text(each.Problem)}[/]");
            console.MarkupLine($"    → {Screen.Text(each.Remedy)}");
        }
    }

    private static string? By(NodeDocument node) => node.ConfirmedBy is { } who ? $"confirmed by {who}" : null;
}
