using System.Globalization;

namespace Cluster.Benchmarks.Consensus;

/// <summary>The command line of <c>cluster-bench consensus</c>, understood.</summary>
internal sealed record BenchOptions
{
    public const string Usage =
        """
        usage: ./cluster bench consensus [--json FILE] [--quick] [--folder DIR] [--no-etcd] [--only PART,PART]

          Three voters in processes of their own on loopback, with real syncs, beside raw loopback, the raw disk and etcd.

          --json FILE      write the results as JSON too (its form: tests/Benchmarks/README.md)
          --quick          a few seconds, to see that everything works; the numbers mean nothing
          --folder DIR     where the data folders go (default: the folder for temporary files; never a tmpfs)
          --no-etcd        leave etcd out
          --only PART,...  only these parts: load, etcd, failover, snapshot, open

        exit code: 0 when everything was measured, 1 when something failed, 2 when the command is not understood
        """;

    private static readonly string[] s_parts = ["load", "etcd", "failover", "snapshot", "open"];

    public string? JsonFile { get; init; }

    public bool Quick { get; init; }

    public string? Folder { get; init; }

    public bool Help { get; init; }

    public IReadOnlyList<string> Parts { get; init; } = s_parts;

    /// <summary>Bytes of a proposal.</summary>
    public int PayloadBytes => 256;

    /// <summary>How many proposers, row by row.</summary>
    public IReadOnlyList<int> Proposers => Quick ? [1, 16] : [1, 16, 256, 1024];

    public int WarmUpMs => Quick ? 300 : 3000;

    public int DurationMs => Quick ? 500 : 8000;

    public TimeSpan RawDuration => TimeSpan.FromSeconds(Quick ? 0.2 : 2);

    public int Failovers => Quick ? 1 : 10;

    public int SnapshotBytes => (Quick ? 2 : 100) * 1024 * 1024;

    public long OpenBytes => (Quick ? 16L : 1024L) * 1024 * 1024;

    /// <exception cref="FormatException">The command line is not understood.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> args)
    {
        BenchOptions options = new();
        for (int i = 0; i < args.Count; i++)
        {
            string name = args[i];
            string Value() => ++i < args.Count ? args[i] : throw new FormatException($"{name} needs a value");
            options = name switch
            {
                "--json" => options with { JsonFile = Value() },
                "--quick" => options with { Quick = true },
                "--folder" => options with { Folder = Value() },
                "--no-etcd" => options with { Parts = [.. options.Parts.Where(part => part != "etcd")] },
                "--only" => options with { Parts = [.. Value().Split(',').Select(Part)] },
                "--help" or "-h" => options with { Help = true },
                _ => throw new FormatException($"{name} is not known"),
            };
        }

        return options;
    }

    /// <summary>True when a part is to be measured.</summary>
    public bool Has(string part) => Parts.Contains(part);

    private static string Part(string name) => s_parts.Contains(name)
        ? name
        : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"--only {name}: choose from {string.Join(", ", s_parts)}"));
}
