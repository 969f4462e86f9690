using System.Diagnostics;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Http;

/// <summary>
/// Carries out writes within a bounded time. Without a leader in sight a command is not even handed in, so that "no quorum" can promise that
/// nothing was done.
/// </summary>
internal sealed class ClusterWriter(ICluster cluster, ApiLimits limits)
{
    /// <param name="what">What is asked, as the beginning of a sentence.</param>
    /// <param name="command">The command.</param>
    /// <param name="cancellation">The caller went away.</param>
    /// <param name="needsQuorum">False for what is to bring quorum about: a leader is enough.</param>
    /// <exception cref="ProblemException">It was refused, or there is no quorum, or it was not committed in time.</exception>
    public async Task<CommandOutcome> SubmitAsync(string what, Command command, CancellationToken cancellation, bool needsQuorum = true)
    {
        command.RequiredLevel = LevelOf(command.KindCase);
        await WaitForLeaderAsync(what, needsQuorum, cancellation).ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(limits.CommitWait);
        CommandOutcome outcome;
        try
        {
            outcome = await cluster.SubmitAsync(command, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            ClusterDocument now = await cluster.ReadAsync(cancellation).ConfigureAwait(false);
            throw Problems.NotCommitted(what, now.Quorum.Quorate);
        }

        return outcome.Accepted ? outcome : throw Problems.Refused(what, outcome);
    }

    /// <summary>From which feature level on builds know this kind of command: older ones must not be made to judge it.</summary>
    private static uint LevelOf(Command.KindOneofCase kind) => kind is
        Command.KindOneofCase.FenceOpen or Command.KindOneofCase.FenceConfirm
        ? 0
        : FeatureLevels.Membership;

    private async Task WaitForLeaderAsync(string what, bool needsQuorum, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            QuorumDocument quorum = (await cluster.ReadAsync(cancellation).ConfigureAwait(false)).Quorum;
            if (quorum.Quorate || (!needsQuorum && quorum.Leader is not null))
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(started) > limits.LeaderWait)
            {
                throw Problems.NoQuorum(
                    what,
                    quorum.Leader is null
                        ? "this node sees no leader, so it belongs to no majority"
                        : $"this node has lost its lease from {quorum.Leader}");
            }

            await Task.Delay(limits.LeaderPoll, cancellation).ConfigureAwait(false);
        }
    }
}
