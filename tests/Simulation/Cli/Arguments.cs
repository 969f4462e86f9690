using System.Globalization;

namespace Cluster.Simulation.Cli;

/// <summary>The command line, understood.</summary>
internal sealed record Arguments
{
    public const string Usage =
        """
        usage: ./cluster sim [--seeds N] [--from S] [--jobs J] [--mutant NAME] [--check-determinism all|sample|none] [--trace] [--list-mutants]

          --seeds N              how many seeds to run (default 200; with --mutant 2000)
          --from S               the first seed (default 1)
          --seed S               the same as --from S --seeds 1
          --jobs J               how many seeds run at once (default: one a processor)
          --mutant NAME          make this mistake on purpose; success means that it is caught
          --check-determinism    which seeds are run twice and must give the same trace hash (default sample: one in ten)
          --trace                print the whole readable trace of each seed
          --list-mutants         print the names of the mistakes
          --help                 print this

        exit code: 0 without a violation (with --mutant: when it was caught), 1 otherwise, 2 when the command is not understood
        """;

    public int? Seeds { get; init; }

    public ulong From { get; init; } = 1;

    public int Jobs { get; init; } = Environment.ProcessorCount;

    public Mutant Mutant { get; init; } = Mutant.None;

    /// <summary>Each how manieth seed is run twice; 0 for none.</summary>
    public int DeterminismEvery { get; init; } = 10;

    public bool Trace { get; init; }

    public bool ListMutants { get; init; }

    public bool Help { get; init; }

    public int SeedCount => Seeds ?? (Mutant == Mutant.None ? 200 : 2_000);

    /// <exception cref="FormatException">The command line is not understood; the message says what and how.</exception>
    public static Arguments Parse(IReadOnlyList<string> args)
    {
        Arguments parsed = new();
        for (int i = 0; i < args.Count; i++)
        {
            string name = args[i];
            string Value() => ++i < args.Count ? args[i] : throw new FormatException($"{name} needs a value");
            parsed = name switch
            {
                "--seeds" => parsed with { Seeds = (int)Number(name, Value(), 1, 100_000_000) },
                "--from" => parsed with { From = Number(name, Value(), 0, ulong.MaxValue / 2) },
                "--seed" => parsed with { From = Number(name, Value(), 0, ulong.MaxValue / 2), Seeds = 1 },
                "--jobs" => parsed with { Jobs = (int)Number(name, Value(), 1, 1_024) },
                "--mutant" => parsed with { Mutant = FindMutant(Value()) },
                "--check-determinism" => parsed with { DeterminismEvery = Every(Value()) },
                "--trace" => parsed with { Trace = true },
                "--list-mutants" => parsed with { ListMutants = true },
                "--help" or "-h" => parsed with { Help = true },
                _ => throw new FormatException($"{name} is not known"),
            };
        }

        return parsed;
    }

    private static ulong Number(string name, string text, ulong min, ulong max) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number >= min && number <= max
            ? number
            : throw new FormatException($"{name} {text}: give a number from {min} to {max}");

    private static int Every(string text) => text switch
    {
        "all" => 1,
        "sample" => 10,
        "none" => 0,
        _ => throw new FormatException($"--check-determinism {text}: choose all, sample or none"),
    };

    private static Mutant FindMutant(string name) =>
        Mutant.Find(name)
        ?? throw new FormatException($"--mutant {name}: no such mutant; there are {string.Join(", ", Mutant.All.Select(mutant => mutant.Name))}");
}
