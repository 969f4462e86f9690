using Cluster.Simulation.Cli;

namespace Cluster.Simulation.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public void Clean_seeds_end_with_the_summary_and_success()
    {
        (int code, string[] lines) = Run("--seeds", "4", "--from", "3", "--check-determinism", "all");

        Assert.Equal(0, code);
        Assert.Matches(@"^4 seeds, 0 violations, \d+ simulated seconds per second, [0-9.]+ seeds per second$", lines[^1]);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_is_asked_for_and_no_mistake(string option) => Assert.True(Arguments.Parse([option]).Help);

    [Fact]
    public void A_caught_mutant_is_success_and_names_the_seed()
    {
        (int code, string[] lines) = Run("--mutant", "restart-group-before-evidence", "--jobs", "1");

        Assert.Equal(0, code);
        Assert.Contains(lines, line => line.StartsWith("mutant restart-group-before-evidence is caught at seed ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_mutant_that_is_not_caught_is_failure()
    {
        (int code, string[] lines) = Run("--mutant", "restart-group-before-evidence", "--seed", $"{Quiet()}");

        Assert.Equal(1, code);
        Assert.Contains("mutant restart-group-before-evidence is NOT caught in 1 seeds", lines);
    }

    [Fact]
    public void A_violation_is_told_with_the_line_that_repeats_it()
    {
        StringWriter output = new();
        Arguments arguments = Arguments.Parse(["--seed", "1"]);
        Runner runner = new(arguments, output);
        runner.Tell(new SeedResult(1, "S2", "too early", 17, 2_000_000_000, 0, 3, ["the newest line"]));

        Assert.Contains("the newest line", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("VIOLATION seed 1 rule S2 step 17 at 2.000000 s: too early", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("again: ./cluster sim --seed 1 --trace", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seeds")]
    [InlineData("--seeds", "0")]
    [InlineData("--seeds", "many")]
    [InlineData("--mutant", "unheard-of")]
    [InlineData("--check-determinism", "perhaps")]
    [InlineData("--minutes", "0")]
    [InlineData("--minutes", "5", "--seeds", "7")]
    [InlineData("--mutants", "--mutant", "sync-skipped")]
    [InlineData("--frobnicate")]
    public void What_is_not_understood_is_refused_with_the_reason(params string[] args)
    {
        FormatException refusal = Assert.Throws<FormatException>(() => Arguments.Parse(args));

        Assert.Contains(args[0], refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void So_many_minutes_begin_at_a_random_seed_and_say_where()
    {
        (int code, string[] lines) = Run("--minutes", "0.01");

        Assert.Equal(0, code);
        Assert.Matches(@"^seeds from \d+ on for 0.01 minutes, commit \S+$", lines[0]);
    }

    [Fact]
    public void All_mutants_are_hunted_and_one_that_survives_is_failure()
    {
        StringWriter output = new();
        int code = new MutantTable(Arguments.Parse(["--mutants", "--seed", $"{Quiet()}"]), output).Run();

        Assert.Equal(1, code);
        Assert.Contains("restart-group-before-evidence", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("SURVIVED", output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A seed in which nobody goes down, so that hardly any mistake shows.</summary>
    private static ulong Quiet()
    {
        ulong quiet = 1;
        while (SeedRun.IsConsensus(quiet) || new Worlds.SeedPlan(quiet).Class != Worlds.SeedClass.Quiet)
        {
            quiet++;
        }

        return quiet;
    }

    private static (int Code, string[] Lines) Run(params string[] args)
    {
        StringWriter output = new();
        int code = new Runner(Arguments.Parse(args), output).Run();
        return (code, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
