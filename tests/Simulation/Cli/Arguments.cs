using System.Globalization;

namespace Cluster.Simulation.Cli;

/// <summary>The command line, understood.</summary>
internal sealed record Arguments
{
    public const string Usage =
        """
        usage: ./cluster sim [--seeds N | --minutes M] [--from S | --seed S] [--jobs J] [--mutant NAME | --mutants]
                             [--check-determinism all|sample|none] [--trace] [--list-mutants]

          --seeds N              how many seeds to run (default 200; at most so many for each mutant, default 2000)
          --minutes M            run seeds for so long instead; without --from they begin at a random number
          --from S               the first seed (default 1)
          --seed S               the same as --from S --seeds 1
          --jobs J               how many seeds run at once (default: one a processor)
          --mutant NAME          make this mistake on purpose; success means that it is caught
          --mutants              make each of the mistakes, one after the other; success means that all are caught
          --check-determinism    which seeds are run twice and must give the same trace hash (default sample: one in ten)
          --trace                print the whole readable trace of each seed
          --list-mutants         print the mistakes
          --help                 print this

        exit code: 0 without a violation (with a mutant: when it was caught), 1 otherwise, 2 when the command is not understood
        """;

    public int? Seeds { get; init; }

    public double? Minutes { get; init; }

    public ulong? First { get; init; }

    public int Jobs { get; init; } = Environment.ProcessorCount;

    public Mutant Mutant { get; init; } = Mutant.None;

    /// <summary>All of them, one after the other.</summary>
    public bool Mutants { get; init; }

    /// <summary>Each how manieth seed is run twice; 0 for none.</summary>
    public int DeterminismEvery { get; init; } = 10;

    public bool Trace { get; init; }

    public bool ListMutants { get; init; }

    public bool Help { get; init; }

    /// <summary>The first seed.</summary>
    public ulong From => First ?? 1;

    /// <summary>How many seeds at most.</summary>
    public int SeedCount => Seeds ?? (Minutes is not null ? int.MaxValue : Mutants || Mutant != Mutant.None ? 2_000 : 200);

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
                "--minutes" => parsed with { Minutes = MinutesOf(Value()) },
                "--from" => parsed with { First = Number(name, Value(), 0, ulong.MaxValue / 2) },
                "--seed" => parsed with { First = Number(name, Value(), 0, ulong.MaxValue / 2), Seeds = 1 },
                "--jobs" => parsed with { Jobs = (int)Number(name, Value(), 1, 1_024) },
                "--mutant" => parsed with { Mutant = FindMutant(Value()) },
                "--mutants" => parsed with { Mutants = true },
                "--check-determinism" => parsed with { DeterminismEvery = Every(Value()) },
                "--trace" => parsed with { Trace = true },
                "--list-mutants" => parsed with { ListMutants = true },
                "--help" or "-h" => parsed with { Help = true },
                _ => throw new FormatException($"{name} is not known"),
            };
        }

        if (parsed is { Seeds: not null, Minutes: not null })
        {
            throw new FormatException("--minutes and --seeds exclude each other: give one of them");
        }

        if (parsed.Mutants && (parsed.Mutant != Mutant.None || parsed.Minutes is not null || parsed.Trace))
        {
            throw new FormatException("--mutants runs all mistakes by itself: leave out --mutant, --minutes and --trace");
        }

        return parsed;
    }

    private static ulong Number(string name, string text, ulong min, ulong max) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number >= min && number <= max
            ? number
            : throw new FormatException($"{name} {text}: give a number from {min} to {max}");

    private static double MinutesOf(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double minutes) && minutes is > 0 and <= 100_000
            ? minutes
            : throw new FormatException($"--minutes {text}: give a number of minutes above 0, for example 30 or 0.5");

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
