using System.Globalization;
using Cluster.Api.Contract;
using Spectre.Console;

namespace Cluster.Api.Cli.Output;

/// <summary>What a cluster survives, for people.</summary>
internal static class SimulationScreen
{
    /// <summary>Sets and splits beyond this many are only counted: <c>--json</c> has them all.</summary>
    private const int MostLines = 12;

    public static void Write(IAnsiConsole console, QuorumSimulationDocument answer)
    {
        string modes = string.Join(", ", new[]
        {
            answer.TwoNode ? "two-node" : null, answer.LastManStanding ? "last man standing" : null, answer.WaitForAll ? "wait-for-all" : null,
        }.OfType<string>());
        console.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"[bold]{Count(answer.Voters, "voter")}, {Count(answer.Votes, "vote")}, {answer.Needed} needed[/]{(modes.Length == 0 ? "" : $"; {modes}")}"));
        Line(console, "fail at once", Survived(answer.Simultaneous));
        Line(console, "fail one after another", answer.Successive is { } successive ? Survived(successive) : "not counted: too many kinds of voters");
        Line(console, "cold start", string.Join("; ", answer.ColdStarts.Select(Start)));
        Points(console, answer);
        if (answer.Fatal is { Count: > 0 } fatal)
        {
            Lines(console, "Failures at once that stop it", [.. fatal.Select(set => string.Join(" + ", set))]);
        }

        if (answer.Partitions is { Count: > 0 } partitions)
        {
            Lines(console, "When it is split", [.. partitions.Select(Split)]);
        }

        if (answer.AtOnce is { } atOnce)
        {
            Lines(console, $"If {string.Join(", ", atOnce.Failed)} {(atOnce.Failed.Count == 1 ? "fails" : "fail at once")}", [Outcome(atOnce)]);
        }

        if (answer.InTurn is { } inTurn)
        {
            Lines(console, "If they fail one after another", [.. inTurn.Select(step => $"{step.Failed[^1]}: {Outcome(step)}")]);
        }

        if (answer.Partition is { } partition)
        {
            Lines(console, "If it is split so", [Split(partition)]);
        }

        foreach (string remark in answer.Remarks)
        {
            console.WriteLine();
            console.MarkupLine($"[yellow]{Text(remark)}[/]");
        }
    }

    private static void Points(IAnsiConsole console, QuorumSimulationDocument answer)
    {
        if (answer.SinglePointsOfFailure.Count == 0)
        {
            Line(console, "single points of failure", "[green]none[/]", isMarkup: true);
            return;
        }

        Lines(console, "Single points of failure", [.. answer.SinglePointsOfFailure.Select(point => $"{point.Node}: " + point.Harm switch
        {
            SinglePointHarm.QuorumIsLost => "without it there is no quorum",
            SinglePointHarm.NobodyServes => "without it only arbiters are left",
            _ => "no device can prove it stopped: what it held waits for a human's word",
        })]);
    }

    private static string Survived(FailureCountDocument count) => count switch
    {
        { Possible: 0 } => "not one is survived",
        { Guaranteed: 0 } => string.Create(CultureInfo.InvariantCulture, $"none for certain, up to {count.Possible} if the right ones fail"),
        _ when count.Guaranteed == count.Possible => $"any {Count(count.Guaranteed, "voter")}",
        _ => string.Create(CultureInfo.InvariantCulture, $"any {Count(count.Guaranteed, "voter")}, up to {count.Possible} if the right ones fail"),
    };

    private static string Start(ColdStartDocument start)
    {
        string worst = Words.Of(start.Worst).Replace('-', ' ');
        string best = Words.Of(start.Best).Replace('-', ' ');
        string who = start.Missing == 0 ? "all there" : string.Create(CultureInfo.InvariantCulture, $"{start.Missing} missing");
        return $"{who}: {worst}{(worst == best ? "" : $" or {best}, by who is missing")}";
    }

    private static string Split(PartitionDocument partition)
    {
        string sides = string.Join(" | ", partition.Sides.Select(side => string.Join(" ", side)));
        string outcome = partition switch
        {
            { GoesOn: null } => "neither goes on",
            { Verdict: QuorumOutcome.ByFencing } => $"{string.Join(" ", partition.GoesOn)} goes on once it has fenced the other",
            { Verdict: QuorumOutcome.NobodyServes } => $"{string.Join(" ", partition.GoesOn)} has quorum, but only arbiters are there",
            _ => $"{string.Join(" ", partition.GoesOn)} {(partition.GoesOn.Count == 1 ? "goes" : "go")} on",
        };
        return $"{sides}: {outcome}{(partition.GoesOn is null ? "" : Human(partition.NeedHuman))}";
    }

    private static string Outcome(FailureDocument failure)
    {
        string votes = string.Create(CultureInfo.InvariantCulture, $"{failure.Votes} of {failure.Needed} votes needed");
        string outcome = failure.Verdict switch
        {
            QuorumOutcome.Majority => $"it goes on ({votes})",
            QuorumOutcome.ByFencing => "it goes on once the other is fenced (two-node mode)",
            QuorumOutcome.NobodyServes => $"there is quorum ({votes}), but only arbiters are left",
            _ => $"it stops: no quorum ({votes})",
        };
        return outcome + (failure.Verdict == QuorumOutcome.NoQuorum ? "" : Human(failure.NeedHuman));
    }

    private static string Human(IReadOnlyList<string> nodes) =>
        nodes.Count == 0 ? "" : $"; what {string.Join(", ", nodes)} held waits for a human's word";

    private static void Line(IAnsiConsole console, string what, string text, bool isMarkup = false) =>
        console.MarkupLine($"  {what,-26}{(isMarkup ? text : Text(text))}");

    private static void Lines(IAnsiConsole console, string head, IReadOnlyList<string> lines)
    {
        console.WriteLine();
        console.MarkupLine($"[bold]{Text(head)}[/]");
        foreach (string line in lines.Take(MostLines))
        {
            console.MarkupLine($"  {Text(line)}");
        }

        if (lines.Count > MostLines)
        {
            console.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"  ... and {lines.Count - MostLines} more; --json has them all"));
        }
    }

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Text(string text) => Markup.Escape(Words.Safe(text));
}
