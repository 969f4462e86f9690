using System.Diagnostics;
using System.Xml;

namespace Cluster.Fencing.Exec;

/// <summary>
/// Fences with an agent of the fence-agents kind. Success of <see cref="FenceAction.Off"/> means that the agent's own <c>status</c>
/// said "off" afterwards; what <c>off</c> ended with is not taken for proof.
/// </summary>
internal sealed class ExecAgent(ExecOptions options, ISecretSource secrets) : IFenceAgent
{
    private AgentMetadata? _metadata;

    /// <inheritdoc />
    public async Task<FenceResult> ExecuteAsync(FenceRequest request, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            if (_metadata is null)
            {
                var (metadata, failure) = await DescribeAsync(request.Deadline, cancellation).ConfigureAwait(false);
                if (failure is not null)
                {
                    return failure;
                }

                _metadata = metadata;
            }

            if (!_metadata!.CanObserve)
            {
                return FenceResult.Failed(
                    FenceFailure.Configuration,
                    $"{options.AgentName} has no action 'status', so nothing could show that {request.Target} is stopped. Use another agent.");
            }

            var run = new AgentRun(options, _metadata, secrets, request, started, cancellation);
            return request.Action switch
            {
                FenceAction.Off => await new SwitchAction(run, PowerState.Off).RunAsync().ConfigureAwait(false),
                FenceAction.On => await new SwitchAction(run, PowerState.On).RunAsync().ConfigureAwait(false),
                FenceAction.Monitor => await MonitorAsync(run).ConfigureAwait(false),
                _ => await StatusAsync(run).ConfigureAwait(false),
            };
        }
        catch (FenceConfigurationException error)
        {
            return FenceResult.Failed(FenceFailure.Configuration, error.Message);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<FenceResult> StatusAsync(AgentRun run)
    {
        var (power, failed) = await run.PowerAsync().ConfigureAwait(false);
        return failed ?? FenceResult.Done(power, $"{run.Agent} reports {run.Target} {power.ToString().ToLowerInvariant()}.");
    }

    private static async Task<FenceResult> MonitorAsync(AgentRun run)
    {
        if (!run.Metadata.Actions.Contains("monitor"))
        {
            return await StatusAsync(run).ConfigureAwait(false);
        }

        var answer = await run.CallAsync("monitor", run.Remaining).ConfigureAwait(false);
        return answer.ExitCode == 0
            ? FenceResult.Done(PowerState.Unknown, $"{run.Agent} reached the device.")
            : run.Failed("monitor", answer);
    }

    private async Task<(AgentMetadata?, FenceResult?)> DescribeAsync(TimeSpan deadline, CancellationToken cancellation)
    {
        var input = AgentInput.ForMetadata();
        var answer = await AgentProcess.RunAsync(options.Executable, input.Text, deadline, cancellation).ConfigureAwait(false);
        if (answer.ExitCode == 0)
        {
            try
            {
                return (AgentMetadata.Parse(answer.Output), null);
            }
            catch (XmlException error)
            {
                return (null, FenceResult.Failed(
                    FenceFailure.Configuration,
                    $"{options.AgentName} does not describe itself as a fence agent does: {error.Message} Check 'agent'."));
            }
        }

        return (null, FenceResult.Failed(
            answer.TimedOut ? FenceFailure.TimedOut : FenceFailure.Configuration,
            $"{options.AgentName} asked for its metadata {AnswerReader.Words(answer, input.Cleaner)}. Check 'agent' and its installation."));
    }
}
