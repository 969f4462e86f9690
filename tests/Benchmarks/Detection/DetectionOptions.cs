using System.Globalization;

namespace Cluster.Benchmarks.Detection;

/// <summary>The command line of <c>cluster-bench detection</c>, understood.</summary>
internal sealed record DetectionOptions
{
    public const string Usage =
        """
        usage: ./cluster bench detection [--json FILE] [--quick] [--repetitions N] [--minutes M] [--only PART,PART]

          From SIGKILL of a node to the event at every survivor: three nodes in network namespaces, beside corosync in the same kind of namespaces. Then
          false downs: nothing is killed, every core is kept busy, and who is declared down all the same is counted. Needs root.

          --json FILE        write the results as JSON too (its form: tests/Benchmarks/README.md)
          --quick            one repetition, idle only, ten seconds for false downs; the numbers mean nothing
          --repetitions N    kills of each kind (default 10)
          --minutes M        how long each run for false downs lasts (default 10)
          --only PART,...    only these parts: cluster, corosync, idle, full, kills, false-downs

        exit code: 0 when everything was measured, 1 when something failed, 2 when the command is not understood
        """;

    private static readonly string[] s_parts = ["cluster", "corosync", "idle", "full", "kills", "false-downs"];

    public string? JsonFile { get; init; }

    public bool Quick { get; init; }

    public bool Help { get; init; }

    public int Repetitions { get; init; } = 10;

    public double Minutes { get; init; } = 10;

    public IReadOnlyList<string> Parts { get; init; } = s_parts;

    /// <exception cref="FormatException">The command line is not understood.</exception>
    public static DetectionOptions Parse(IReadOnlyList<string> args)
    {
        DetectionOptions options = new();
        for (int i = 0; i < args.Count; i++)
        {
            string name = args[i];
            string Value() => ++i < args.Count ? args[i] : throw new FormatException($"{name} needs a value");
            options = name switch
            {
                "--json" => options with { JsonFile = Value() },
                "--quick" => options with { Quick = true, Repetitions = 1, Minutes = 1 / 6.0, Parts = [.. options.Parts.Except(["full"])] },
                "--repetitions" => options with { Repetitions = (int)Positive(name, Value()) },
                "--minutes" => options with { Minutes = Positive(name, Value()) },
                "--only" => options with { Parts = Chosen(Value()) },
                "--help" or "-h" => options with { Help = true },
                _ => throw new FormatException($"{name} is not known"),
            };
        }

        return options;
    }

    /// <summary>True when a part is to be measured.</summary>
    public bool Has(string part) => Parts.Contains(part);

    private static double Positive(string name, string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value > 0
            ? value
            : throw new FormatException($"{name} {text}: write a number above 0");

    /// <summary>Each of the three choices (system, load, part) that is not named stays open.</summary>
    private static List<string> Chosen(string text)
    {
        string[] named = text.Split(',');
        return named.Except(s_parts).FirstOrDefault() is { } unknown
            ? throw new FormatException($"--only {unknown}: choose from {string.Join(", ", s_parts)}")
            : [.. s_parts.Chunk(2).SelectMany(choice => choice.Intersect(named).Any() ? choice.Intersect(named) : choice)];
    }
}
