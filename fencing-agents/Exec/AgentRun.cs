using System.Diagnostics;

namespace Cluster.Fencing.Exec;

/// <summary>The calls of an agent that one action makes, within the action's deadline.</summary>
internal sealed class AgentRun(
    ExecOptions options,
    AgentMetadata metadata,
    ISecretSource secrets,
    FenceRequest request,
    long started,
    CancellationToken cancellation)
{
    private SecretCleaner _cleaner = new([]);

    public AgentMetadata Metadata => metadata;

    public string Agent => options.AgentName;

    public string Target => request.Target;

    /// <summary>What is left of the deadline, never less than zero.</summary>
    public TimeSpan Remaining =>
        TimeSpan.FromTicks(Math.Max(0, (request.Deadline - Stopwatch.GetElapsedTime(started)).Ticks));

    /// <summary>Calls the agent once; it is killed after <paramref name="limit"/>.</summary>
    public async Task<AgentAnswer> CallAsync(string action, TimeSpan limit)
    {
        var input = AgentInput.For(options, metadata.PlugParameter, action, request.Target, secrets);
        _cleaner = input.Cleaner;
        return limit <= TimeSpan.Zero
            ? new AgentAnswer(null, "", "")
            : await AgentProcess.RunAsync(options.Executable, input.Text, limit, cancellation).ConfigureAwait(false);
    }

    /// <summary>Asks for the power state; a failure when the answer proves none.</summary>
    public async Task<(PowerState Power, FenceResult? Failed)> PowerAsync()
    {
        var answer = await CallAsync("status", Remaining).ConfigureAwait(false);
        var power = AnswerReader.Power(answer);
        return (power, power == PowerState.Unknown ? Failed("status", answer) : null);
    }

    /// <summary>Waits, but not past the deadline.</summary>
    public Task PauseAsync(TimeSpan wanted) => Task.Delay(wanted < Remaining ? wanted : Remaining, cancellation);

    /// <summary>The failure that an answer amounts to.</summary>
    public FenceResult Failed(string action, AgentAnswer answer) =>
        FenceResult.Failed(AnswerReader.Failure(answer), Explain(action, answer));

    /// <summary>What came of a call, in words.</summary>
    public string Explain(string action, AgentAnswer answer) =>
        $"{Agent} action '{action}' for {Target} {AnswerReader.Words(answer, _cleaner)}. Try it by hand with the device's parameters.";
}
