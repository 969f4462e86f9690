using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Runtime;

/// <content>How a node ends.</content>
public sealed partial class NodeRuntime
{
    private static readonly TimeSpan s_memberPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_leavePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_memberPause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Stops in good order: waits up to 5 s for local processes to leave their groups, leaves the cluster, ends. When processes
    /// remain, or no majority takes the farewell within 5 s, it ends without leaving: the cluster declares the node down and
    /// fences it.
    /// </summary>
    /// <param name="cancellation">Cuts the waiting short.</param>
    /// <returns>True when the node left in good order.</returns>
    public async Task<bool> StopAsync(CancellationToken cancellation)
    {
        Task<bool> stopping;
        lock (_gate)
        {
            stopping = _stopped as Task<bool> ?? LeaveAsync(cancellation);
            _stopped = stopping;
        }

        bool left = await stopping.ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
        return left;
    }

    /// <summary>
    /// Ends at once, as a crash would: nothing is left, the cluster declares the node down. For an orderly end call
    /// <see cref="StopAsync"/> before.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Task disposed;
        lock (_gate)
        {
            disposed = _disposed ??= Task.Run(EndAsync);
        }

        await disposed.ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        _loop.Stop(new RuntimeStoppedException());
        _logThread.Stop();
        _snapshots.Halt();
        await _members.DisposeAsync().ConfigureAwait(false);
        await _links.DisposeAsync().ConfigureAwait(false);
        await _fences.DisposeAsync().ConfigureAwait(false);
        await _exits.DisposeAsync().ConfigureAwait(false);
        await _timings.DisposeAsync().ConfigureAwait(false);
        _log.Dispose();
        _snapshots.Join();
        _metrics.Dispose();
        _completion.TrySetResult();
    }

    private async Task<bool> LeaveAsync(CancellationToken cancellation)
    {
        _members.RefuseJoins();
        try
        {
            Incarnation incarnation = _lease.Current.Incarnation;
            if (incarnation == Incarnation.None)
            {
                return true;
            }

            string remaining = await WaitForMembersAsync(cancellation).ConfigureAwait(false);
            if (remaining.Length > 0)
            {
                RuntimeLog.StopsWithoutLeaving(_logger, $"local processes are still members: {remaining}");
                return false;
            }

            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(s_leavePatience);
            var leave = new NodeLeave { Node = _options.Self.Value, Incarnation = incarnation.Value };
            CommandOutcome outcome = await SubmitAsync(new Command { NodeLeave = leave }, patience.Token).ConfigureAwait(false);
            if (!outcome.Accepted)
            {
                RuntimeLog.StopsWithoutLeaving(_logger, outcome.Detail);
                return false;
            }

            RuntimeLog.Left(_logger);
            await WaitUntilSparedAsync(patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            RuntimeLog.StopsWithoutLeaving(_logger, "no majority took the farewell in time");
            return false;
        }
        catch (RuntimeStoppedException e)
        {
            RuntimeLog.StopsWithoutLeaving(_logger, e.Message);
            return false;
        }
    }

    /// <summary>
    /// A node that left for good votes until the others have taken its vote from it; without it they may lack a majority. They may not be able to do without it, so
    /// the waiting is bounded, and its end changes nothing about the farewell.
    /// </summary>
    private async Task WaitUntilSparedAsync(CancellationToken patience)
    {
        try
        {
            while (!await ReadAsync(static (node, _) => node.MayEnd, patience).ConfigureAwait(false))
            {
                await Task.Delay(s_memberPause, patience).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            RuntimeLog.EndsAsVoter(_logger);
        }
        catch (RuntimeStoppedException)
        {
            // It left, and then learnt that the others have gone on to a feature level that this build does not understand.
        }
    }

    /// <summary>Waits until no process of this node is in a group, within bounded time.</summary>
    /// <returns>The members that remain, in words; empty for none.</returns>
    private async Task<string> WaitForMembersAsync(CancellationToken cancellation)
    {
        MonotonicTime giveUp = Client.BootTime.Now + s_memberPatience;
        bool told = false;
        while (true)
        {
            string members = await ReadAsync((node, _) => LocalMembersOf(node), cancellation).ConfigureAwait(false);
            if (members.Length == 0 || Client.BootTime.Now >= giveUp)
            {
                return members;
            }

            if (!told)
            {
                told = true;
                RuntimeLog.WaitsForMembers(_logger, members);
            }

            await Task.Delay(s_memberPause, cancellation).ConfigureAwait(false);
        }
    }

    private static string LocalMembersOf(ClusterNode node)
    {
        List<string> members = [];
        foreach (GroupRecord group in node.State.Groups)
        {
            foreach (GroupMemberRecord record in group.Members)
            {
                if (record.Member.Incarnation == node.Incarnation)
                {
                    members.Add($"{group.Name}/{record.Member.Id} of process {record.ProcessId}");
                }
            }
        }

        return string.Join(", ", members);
    }
}
