using System.Globalization;
using Cluster.Api.Contract;
using Spectre.Console;

namespace Cluster.Api.Cli.Output;

/// <summary>The list of nodes, and one node.</summary>
internal static class NodesScreen
{
    public static void Write(IAnsiConsole console, IReadOnlyList<NodeDocument> nodes)
    {
        Table table = Screen.NewTable("id", "node", "state", "part", "addresses", "fence levels", "labels", "");
        foreach (NodeDocument node in nodes)
        {
            table.AddRow(
                Number(node.Id),
                Screen.Text(node.Name),
                Screen.Coloured(Words.Of(node.State), node.State is NodeState.Up or NodeState.Left, node.State == NodeState.Down),
                Part(node),
                Screen.Text(Join(node.Addresses)),
                node.FenceLevels.Count == 0 ? "[yellow]none[/]" : string.Join(' ', node.FenceLevels),
                Screen.Text(Labels(node)),
                Screen.Text(Flags(node)));
        }

        console.Write(table);
    }

    public static void Write(IAnsiConsole console, NodeDocument node)
    {
        var rows = new List<(string What, string? Value)>
        {
            ("node", node.Name),
            ("number", Number(node.Id)),
            ("state", Words.Of(node.State)),
            ("part", Part(node)),
            ("addresses", Join(node.Addresses)),
            ("labels", Labels(node)),
            ("flags", Flags(node)),
            ("incarnation", node.Incarnation == 0 ? "never joined" : Number(node.Incarnation)),
            ("feature level", Number(node.FeatureLevel)),
            ("fence levels", node.FenceLevels.Count == 0 ? "none: only a human's word can prove it stopped" : string.Join(' ', node.FenceLevels)),
            ("evidence", node.Evidence == Evidence.None ? null : Words.Of(node.Evidence)),
            ("down because", node.DownReason),
            ("confirmed by", node.ConfirmedBy),
            ("API", node.ApiUrl),
            ("since (UTC)", node.ChangedAt?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
        };
        foreach ((string what, string? value) in rows.Where(row => !string.IsNullOrEmpty(row.Value)))
        {
            console.MarkupLine($"{what,-15}{Screen.Text(value!)}");
        }
    }

    /// <summary>A node in half a line, for answers.</summary>
    public static string Line(NodeDocument node)
    {
        string[] more = [Part(node), Join(node.Addresses), Labels(node), Flags(node)];
        return Words.Safe($"node {Number(node.Id)} {node.Name}: {string.Join("; ", more.Where(each => each.Length > 0))}");
    }

    private static string Part(NodeDocument node)
    {
        string part = node.Arbiter ? node.Voting ? "arbiter" : "arbiter, not voting yet" : node.Voting ? "voter" : "learner";
        return node.Votes == 1 ? part : string.Create(CultureInfo.InvariantCulture, $"{part}, {node.Votes} votes");
    }

    private static string Flags(NodeDocument node) => string.Join(
        "; ",
        new[]
        {
            node.Leader ? "leader" : null,
            node.Maintenance ? "maintenance" : null,
            node.Draining ? "draining" : null,
            node.State == NodeState.Up ? null : node.DownReason,
        }.OfType<string>());

    private static string Labels(NodeDocument node) => string.Join(' ', node.Labels.Select(label => $"{label.Key}={label.Value}"));

    private static string Join(IEnumerable<string> addresses) => string.Join(' ', addresses);

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
