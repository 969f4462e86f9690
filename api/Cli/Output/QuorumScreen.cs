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
    }

    private static void Nodes(IAnsiConsole console, string what, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            console.MarkupLine($"  {what,-19}{Screen.Text(string.Join(' ', names))}");
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
