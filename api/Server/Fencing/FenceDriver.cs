using System.Diagnostics;
using Cluster.Fencing;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime;

namespace Cluster.Api.Server.Fencing;

/// <summary>
/// Carries a committed fence attempt to the devices and what they observed back to the ledger. The ledger's words for failures are stable: clients
/// and the advice for operators depend on them.
/// </summary>
internal sealed partial class FenceDriver(FenceExecutor executor, ILogger<FenceDriver> log) : IFenceDriver
{
    /// <inheritdoc/>
    public async Task<AttemptOutcome> ExecuteAsync(FenceOrder order, CancellationToken cancellation)
    {
        string devices = string.Join(", ", executor.DeviceNames(order.Target, order.Level));
        FenceAction action = order.Action == AttemptAction.SwitchOn ? FenceAction.On : FenceAction.Off;
        LogStart(log, order.Operation.Value, order.Attempt, order.Target, action, devices);
        long started = Stopwatch.GetTimestamp();
        FenceResult result = await executor
            .ExecuteAsync(order.Target, order.Level, action, order.Deadline, cancellation).ConfigureAwait(false);
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        if (result.Succeeded)
        {
            LogSuccess(log, order.Operation.Value, order.Attempt, order.Target, action, took.TotalMilliseconds, result.Detail);
        }
        else
        {
            LogFailure(log, order.Operation.Value, order.Attempt, order.Target, action, Word(result.Failure), result.Detail);
        }

        return new AttemptOutcome(
            result.Succeeded, Of(result.Evidence), result.Succeeded ? "" : Word(result.Failure), result.Detail, devices, took);
    }

    internal static Evidence Of(FenceEvidence evidence) => evidence switch
    {
        FenceEvidence.ObservedOff => Evidence.ObservedOff,
        FenceEvidence.FabricCut => Evidence.FabricCut,
        _ => Evidence.None,
    };

    internal static string Word(FenceFailure failure) => failure switch
    {
        FenceFailure.Unreachable => "unreachable",
        FenceFailure.Authentication => "authentication",
        FenceFailure.Privilege => "privilege",
        FenceFailure.StillOn => "still-on",
        FenceFailure.TimedOut => "timed-out",
        FenceFailure.Configuration => "configuration",
        _ => "device",
    };

    [LoggerMessage(5201, LogLevel.Information, "fence operation {Operation}, attempt {Attempt}: {Action} for {Target} by {Devices}")]
    private static partial void LogStart(ILogger log, ulong operation, uint attempt, string target, FenceAction action, string devices);

    [LoggerMessage(5202, LogLevel.Information, "fence operation {Operation}, attempt {Attempt}: {Action} for {Target} done in {Ms:0} ms: {Detail}")]
    private static partial void LogSuccess(
        ILogger log, ulong operation, uint attempt, string target, FenceAction action, double ms, string detail);

    [LoggerMessage(5203, LogLevel.Error, "fence operation {Operation}, attempt {Attempt}: {Action} for {Target} failed ({Failure}): {Detail}")]
    private static partial void LogFailure(
        ILogger log, ulong operation, uint attempt, string target, FenceAction action, string failure, string detail);
}
