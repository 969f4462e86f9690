namespace Cluster.Tests.Demo;

/// <summary>Prints what came of a demo.</summary>
internal static class Summary
{
    public static void Print(DemoReport? report, IReadOnlyList<string> problems)
    {
        Console.WriteLine();
        if (report is not null)
        {
            Console.WriteLine($"evidence                {report.Evidence}");
            foreach ((string manager, long operations) in report.Operations)
            {
                Console.WriteLine($"{manager,-24}{operations} increments under exclusive locks, greatest token {report.GreatestTokens[manager]}");
            }

            Console.WriteLine($"counter = sum of confirmed increments: {YesNo(report.CountersExact)}"
                + (report.InDoubt > 0 ? $" ({report.InDoubt} written by the killed node just before its confirmation, settled from the disk)" : ""));
            Console.WriteLine($"tokens increasing:      {YesNo(report.TokensIncreasing)}");
        }

        foreach (string problem in problems)
        {
            Console.WriteLine($"PROBLEM: {problem}");
        }

        Console.WriteLine(report is { Ok: true } ? "OK" : "FAILED");
    }

    private static string YesNo(bool value) => value ? "yes" : "NO";
}
