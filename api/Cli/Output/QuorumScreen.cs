using System.Globalization;
using Cluster.Api.Contract;
using Spectre.Console;

namespace Cluster.Api.Cli.Output;

/// <summary>How quorum stands.</summary>
internal static class QuorumScreen
{
    public static void Write(IAnsiConsole console, QuorumDocument quorum)
    {
        console.MarkupLine(Line(quorum));
        Nodes(console, "voters", quorum.Voters);
        Nodes(console, "learners", quorum.Learners);
        Nodes(console, "leaving the voters", quorum.Outgoing);
        Nodes(console, "waits for", quorum.Missing);
        Nodes(console, "left to an operator", quorum.LeftToOperator);
        if (quorum.Policy is { } policy)
        {
            string[] said =
            [
                policy.TwoNode == true ? "two-node" : "",
                policy.WaitForAll == true ? "wait-for-all" : "",
                policy.LastManStanding == true ? "last man standing" : "",
                $"without quorum {policy.NoQuorum}",
                $"up to {policy.VotersWanted} voters",
            ];
            console.MarkupLine($"  {"policy",-20}{Screen.Text(string.Join(", ", said.Where(each => each.Length > 0)))}");
        }
    }

    private static void Nodes(IAnsiConsole console, string what, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            console.MarkupLine($"  {what,-20}{Screen.Text(string.Join(' ', names))}");
        }
    }

    /// <summary>Quorum, leader and lease on one line, in markup.</summary>
    public static string Line(QuorumDocument quorum)
    {
        string state = quorum.Quorate ? "[green]quorate[/]" : "[red]no quorum[/]";
        string lease = quorum.Lease.Held
            ? string.Create(CultureInfo.InvariantCulture, $"lease held, {quorum.Lease.RemainingMs} ms left")
            : "[red]no lease[/]";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{state}: {quorum.VotesUp} of {quorum.Votes} votes up, {quorum.Majority} needed; leader {Markup.Escape(Words.Safe(quorum.Leader ?? "none"))}, "
            + $"term {quorum.Term}; {lease}");
    }
}
