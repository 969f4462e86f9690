using System.Globalization;
using Cluster.Membership;

namespace Cluster.Benchmarks.Scale;

/// <summary>The command line of <c>cluster-bench scale</c>, understood.</summary>
internal sealed record ScaleOptions
{
    public const string Usage =
        """
        usage: ./cluster bench scale [--json FILE] [--quick] [--members N] [--subscribers N] [--processes N] [--only PART,PART]

          Many members: a thousand cores in one process over an in-memory transport (join storm, events, deaths), ten thousand subscribers of one daemon's
          events, and as many daemons as real processes as memory allows.

          --json FILE        write the results as JSON too (its form: tests/Benchmarks/README.md)
          --quick            few of everything; the numbers mean nothing
          --members N        cores in one process (default 1000, at least 7)
          --subscribers N    subscribers (default 10000, at most what a daemon allows)
          --processes N      daemons at most (default 100, at least 3)
          --profile NAME     timing of the cores in one process: lan (default), fast
          --seed N           of their random numbers
          --only PART,...    only these parts: memory, fan-out, processes

        exit code: 0 when everything was measured, 1 when something failed, 2 when the command is not understood
        """;

    private static readonly string[] s_parts = ["memory", "fan-out", "processes"];

    public string? JsonFile { get; init; }

    public bool Quick { get; init; }

    public bool Help { get; init; }

    public uint Members { get; init; } = 1000;

    public int Subscribers { get; init; } = 10_000;

    public int Processes { get; init; } = 100;

    public string Profile { get; init; } = "lan";

    public int Seed { get; init; } = 1;

    public IReadOnlyList<string> Parts { get; init; } = s_parts;

    public MembershipTiming Timing => Profile == "fast" ? MembershipTiming.Fast : MembershipTiming.Lan;

    public TimeSpan SteadyTime => TimeSpan.FromSeconds(Quick ? 2 : 30);

    /// <exception cref="FormatException">The command line is not understood.</exception>
    public static ScaleOptions Parse(IReadOnlyList<string> args)
    {
        ScaleOptions options = new();
        for (int i = 0; i < args.Count; i++)
        {
            string name = args[i];
            string Value() => ++i < args.Count ? args[i] : throw new FormatException($"{name} needs a value");
            options = name switch
            {
                "--json" => options with { JsonFile = Value() },
                "--quick" => options with { Quick = true, Members = 50, Subscribers = 100, Processes = 5 },
                "--members" => options with { Members = (uint)Number(name, Value(), 7) },
                "--subscribers" => options with { Subscribers = Number(name, Value(), 1) },
                "--processes" => options with { Processes = Number(name, Value(), 3) },
                "--profile" => options with { Profile = Value() is var profile && profile is "lan" or "fast" ? profile : throw new FormatException($"--profile {profile}: choose lan or fast") },
                "--seed" => options with { Seed = Number(name, Value(), 0) },
                "--only" => options with { Parts = [.. Value().Split(',').Select(Part)] },
                "--help" or "-h" => options with { Help = true },
                _ => throw new FormatException($"{name} is not known"),
            };
        }

        return options;
    }

    /// <summary>True when a part is to be measured.</summary>
    public bool Has(string part) => Parts.Contains(part);

    private static int Number(string name, string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least
            ? value
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{name} {text}: write a number, at least {least}"));

    private static string Part(string name) =>
        s_parts.Contains(name) ? name : throw new FormatException($"--only {name}: choose from {string.Join(", ", s_parts)}");
}
