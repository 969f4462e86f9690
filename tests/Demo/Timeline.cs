using System.Globalization;

namespace Cluster.Tests.Demo;

/// <summary>The steps of a failover with the milliseconds since the stop, printed as they happen.</summary>
internal sealed class Timeline
{
    private readonly List<TimelineStep> _steps = [];
    private DateTime _zero;

    public IReadOnlyList<TimelineStep> Steps => _steps;

    /// <summary>The moment of the stop; everything is counted from here.</summary>
    public void Begin(string text)
    {
        _zero = DateTime.UtcNow;
        Add("stopped", _zero, text);
    }

    /// <summary>Adds a step that happened at <paramref name="at"/>.</summary>
    /// <param name="step">Its name in the report.</param>
    /// <param name="at">When, by the clock that all processes of this machine share.</param>
    /// <param name="text">What to print.</param>
    public void Add(string step, DateTime at, string text)
    {
        double measured = Math.Round((at - _zero).TotalMilliseconds, 1);

        // The last message may well have arrived before the stop; nothing happened "since the stop" then.
        double since = Math.Max(measured, 0);
        _steps.Add(new TimelineStep(step, since, measured < 0 ? measured : null));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {measured,9:0.0} ms  {text}"));
    }

    public double? At(string step)
    {
        foreach (TimelineStep entry in _steps)
        {
            if (entry.Step == step)
            {
                return entry.AtMs;
            }
        }

        return null;
    }

    /// <summary>Holds the steps against the order in which they must come.</summary>
    /// <returns>What is missing or out of order, in words.</returns>
    public IReadOnlyList<string> Check(IReadOnlyList<string> order, IReadOnlyList<(string Before, string After)> pairs)
    {
        List<string> problems = [];
        foreach (string step in order)
        {
            if (At(step) is null)
            {
                problems.Add($"the step '{step}' did not happen");
            }
        }

        foreach ((string before, string after) in pairs)
        {
            if (At(before) is { } first && At(after) is { } second && first > second)
            {
                problems.Add($"'{after}' ({second} ms) came before '{before}' ({first} ms)");
            }
        }

        return problems;
    }
}

/// <summary>One step. <paramref name="MeasuredMs"/> is set when it was measured before the stop: then it counts as 0.</summary>
internal sealed record TimelineStep(string Step, double AtMs, double? MeasuredMs);
