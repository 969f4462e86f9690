namespace Cluster.Fencing.Exec;

/// <summary>Reads exit codes and standard error (the fence agent interface of fence-agents).</summary>
internal static class AnswerReader
{
    private const int On = 0;
    private const int Off = 2;

    private static readonly (FenceFailure Failure, string[] Words)[] Reasons =
    [
        (FenceFailure.Privilege, ["privilege", "permission denied", "not permitted"]),
        (FenceFailure.Authentication,
            ["password", "authentica", "unauthorized", "unauthorised", "login incorrect", "login failed", "credential", "access denied"]),
        (FenceFailure.Unreachable,
            ["unreachable", "no route", "refused", "timed out", "timeout", "not resolve", "unknown host", "connection lost",
             "could not connect", "unable to establish"]),
        (FenceFailure.Configuration, ["you have to", "unable to find executable", "not found", "parse error", "you must"]),
    ];

    /// <summary>
    /// The power state that an answer to <c>status</c> proves. Exit code 2 means "off", but it is also what shells and interpreters
    /// end with when the agent itself is broken; so it counts only when the agent did not say "on", and either said "off" or had
    /// no complaint.
    /// </summary>
    public static PowerState Power(AgentAnswer status)
    {
        var saysOn = Says(status.Output, "on");
        var saysOff = Says(status.Output, "off");
        return status.ExitCode switch
        {
            On when !saysOff => PowerState.On,
            Off when saysOff && !saysOn => PowerState.Off,
            Off when !saysOn && string.IsNullOrWhiteSpace(status.Error) => PowerState.Off,
            _ => PowerState.Unknown,
        };
    }

    /// <summary>Why a run failed. Most agents end with 1 whatever happened, so what they wrote decides; codes are the fallback.</summary>
    public static FenceFailure Failure(AgentAnswer answer)
    {
        if (answer.NotStarted)
        {
            return FenceFailure.Configuration;
        }

        if (answer.TimedOut)
        {
            return FenceFailure.TimedOut;
        }

        // "Unable to connect/login" is said for either, and tells nothing.
        var text = answer.Error.Replace("connect/login", "", StringComparison.OrdinalIgnoreCase);
        foreach (var (failure, words) in Reasons)
        {
            if (Array.Exists(words, word => text.Contains(word, StringComparison.OrdinalIgnoreCase)))
            {
                return failure;
            }
        }

        return answer.ExitCode switch
        {
            3 or 10 => FenceFailure.Authentication,
            4 => FenceFailure.Unreachable,
            5 => FenceFailure.TimedOut,
            6 => FenceFailure.TimedOut,
            7 => FenceFailure.StillOn,
            11 => FenceFailure.Privilege,
            126 or 127 => FenceFailure.Configuration,
            _ => FenceFailure.Device,
        };
    }

    /// <summary>What the run said, for the operator.</summary>
    public static string Words(AgentAnswer answer, SecretCleaner cleaner)
    {
        var how = answer switch
        {
            { NotStarted: true } => "could not be started",
            { TimedOut: true } => "was killed at its deadline",
            _ => $"ended with exit code {answer.ExitCode}",
        };
        var said = cleaner.OneLine(Essence(answer.Error));
        return said.Length == 0 ? how : $"{how}: {said}";
    }

    // Interpreters put warnings of their own around what the agent reports as an error.
    private static string Essence(string error)
    {
        var marked = error.Split('\n').Where(line =>
            line.Contains("ERROR:", StringComparison.Ordinal) || line.Contains("CRITICAL:", StringComparison.Ordinal));
        return string.Join('\n', marked) is { Length: > 0 } essence ? essence : error;
    }

    // Agents built on the fencing library print "Status: ON" or "Status: OFF".
    private static bool Says(string output, string state) =>
        output.Contains($"status: {state}", StringComparison.OrdinalIgnoreCase);
}
