namespace Cluster.Fencing.Exec;

/// <summary>What came of one run of an agent.</summary>
/// <param name="ExitCode">The exit code; null when it was killed at the deadline or could not be started.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error, or why it could not be started.</param>
internal sealed record AgentAnswer(int? ExitCode, string Output, string Error)
{
    public bool TimedOut => ExitCode is null && !NotStarted;

    public bool NotStarted { get; init; }
}
