using System.Globalization;
using Cluster.Api.Contract;
using Spectre.Console;

namespace Cluster.Api.Cli.Output;

/// <summary>The groups, and one group.</summary>
internal static class GroupsScreen
{
    public static void Write(IAnsiConsole console, IReadOnlyList<GroupDocument> groups)
    {
        Table table = Screen.NewTable("group", "state", "generation", "members", "waits for");
        foreach (GroupDocument group in groups)
        {
            table.AddRow(
                Screen.Text(group.Name),
                Screen.Coloured(Words.Of(group.State), group.State == GroupState.Ready, group.State == GroupState.Stopped),
                Number(group.Generation),
                Screen.Text(string.Join(' ', group.Members.Select(member => member.Node))),
                group.WaitsFor.Count == 0 ? "-" : Screen.Text(string.Join(", ", group.WaitsFor)));
        }

        console.Write(table);
    }

    public static void Write(IAnsiConsole console, GroupDocument group)
    {
        string[] lines =
        [
            $"group {group.Name}: {Words.Of(group.State)}, generation {Number(group.Generation)}",
            $"  demands of a departed member's node at least {Words.Of(group.RequiredEvidence)}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"  a member may take {group.AckDeadlineMs} ms to acknowledge; then {(group.LateMember == "fence" ? "its node is fenced" : "it is expelled")}"),
            .. group.WaitsFor.Select(each => $"  waits for {each}"),
        ];
        foreach (string line in lines)
        {
            console.MarkupLine(Screen.Text(line));
        }

        Screen.Table(
            console,
            ["slot", "member", "node", "acknowledged", "endpoint"],
            [
                .. group.Members.Select(member => new[]
                {
                    member.Slot.ToString(CultureInfo.InvariantCulture), Number(member.Member), member.Node,
                    member.Acknowledged == group.Generation ? "yes" : "no", member.Endpoint,
                }),
                .. group.Departed.Select(gone => new[]
                {
                    gone.Slot.ToString(CultureInfo.InvariantCulture), Number(gone.Member), gone.Node, gone.Clean ? "departed, clean" : "departed, not proven stopped", "",
                }),
            ]);
    }

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
