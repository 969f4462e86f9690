using Cluster.Client;
using Cluster.Locks.Mastering.Wire;
using Cluster.Membership;
using Microsoft.Extensions.Logging;

namespace Cluster.Locks.Hosting;

/// <content>
/// What comes from outside: the group's changes, the other members' messages, time. Each loop ends the space when it fails.
/// </content>
internal sealed partial class LockSpaceHost : IMemberPortReceiver
{
    // Short against the cores' own times (an acknowledgement waits 20 ms); a renewed lease is seen this much later at most.
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan AcknowledgeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AcknowledgePause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _loops = Task.CompletedTask;
    private int _disposed;

    void IMemberPortReceiver.Received(MemberId from, ReadOnlyMemory<byte> message)
    {
        Mastering.LockMessage decoded;
        try
        {
            decoded = LockMessageCodec.Decode(message.Span);
        }
        catch (LockMessageFormatException e)
        {
            lock (_gate)
            {
                _counters.MessagesRefused++;
            }

            LogBadMessage(e, Name, from);
            return;
        }

        lock (_gate)
        {
            if (!_ended)
            {
                Step((Host: this, from, decoded), static (s, now) => s.Host._core.Receive(s.from, s.decoded, now));
            }
        }
    }

    void IMemberPortReceiver.Reconnected(MemberId member)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                Step((Host: this, member), static (s, now) => s.Host._core.PeerReset(s.member, now));
            }
        }
    }

    /// <summary>
    /// Leaves: what is held here is lost, its holders are told, and then the group hears that nothing is held here any more.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        End("this member leaves");
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loops.ConfigureAwait(false);
        try
        {
            // Leaves unless that was done; after the end of an incarnation it tells the daemon that nothing acts for the old one
            // any more.
            await _group.DisposeAsync().AsTask().WaitAsync(LeaveTimeout).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogLeaveFailed(e, Name, Id);
        }

        _stop.Dispose();
    }

    private void Start() => _loops = Task.WhenAll(
        Task.Run(() => GuardAsync(FollowGroupAsync)),
        Task.Run(() => GuardAsync(AcknowledgeAsync)),
        Task.Run(() => GuardAsync(TickAsync)));

    private async Task GuardAsync(Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Leaving.
        }
        catch (Exception e)
        {
            LogLoopFailed(e, Name, Id);
            End($"the lock manager failed inside: {e.Message}");
        }
    }

    private async Task FollowGroupAsync(CancellationToken stop)
    {
        await foreach (GroupChange change in _group.Changes.ReadAllAsync(stop).ConfigureAwait(false))
        {
            switch (change)
            {
                case GroupChange.Stopped stopped:
                    LogStopped(Name, Id, stopped.Generation, stopped.Reason);
                    lock (_gate)
                    {
                        Follow((Host: this, stopped), static (s, now) =>
                            s.Host._core.Stop(s.stopped.Generation, s.stopped.Departed, now));
                    }

                    break;
                case GroupChange.Started started:
                    LogStarted(Name, Id, started.Generation, started.Members.Count, started.Departed.Count);
                    lock (_gate)
                    {
                        Follow((Host: this, started), static (s, now) =>
                        {
                            s.Host._port.SetMembers(s.started.Members);
                            s.Host._core.Start(s.started.Generation, s.started.Members, s.started.Departed, now);
                        });
                    }

                    break;
                case GroupChange.Ready ready:
                    LogReady(Name, Id, ready.Generation);
                    break;
                case GroupChange.Ended ended:
                    End(ended.Reason);
                    return;
            }
        }

        End("the daemon tells nothing more of the group");
    }

    private void Follow<TState>(TState state, Action<TState, Consensus.MonotonicTime> input)
    {
        if (!_ended)
        {
            Step(state, input);
        }
    }

    private async Task AcknowledgeAsync(CancellationToken stop)
    {
        await foreach (Generation generation in _recovered.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            LogRecovered(Name, Id, generation);
            while (!await TryAcknowledgeAsync(generation, stop).ConfigureAwait(false) && !_recovered.Reader.TryPeek(out _))
            {
                await Task.Delay(AcknowledgePause, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> TryAcknowledgeAsync(Generation generation, CancellationToken stop)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(AcknowledgeTimeout);
        try
        {
            await _group.AcknowledgeAsync(generation, deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            // No quorum, or the daemon is away: the group waits for this acknowledgement, so it is sent until it succeeds.
            LogAcknowledgeFailed(e, Name, Id, generation);
            return Loss.IsLost;
        }
    }

    private async Task TickAsync(CancellationToken stop)
    {
        using PeriodicTimer timer = new(TickInterval);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            lock (_gate)
            {
                if (_ended)
                {
                    return;
                }

                Step(this, static (host, now) =>
                {
                    if (host._core.NextTick <= now)
                    {
                        host._core.Tick(now);
                    }
                });
            }
        }
    }

    [LoggerMessage(
        EventId = 4113,
        Level = LogLevel.Information,
        Message = "Lock space {Space}, member {Member}: {Generation} stopped ({Reason})")]
    private partial void LogStopped(string space, MemberId member, Generation generation, string reason);

    [LoggerMessage(
        EventId = 4114,
        Level = LogLevel.Information,
        Message = "Lock space {Space}, member {Member}: {Generation} started with {Members} members, {Departed} departed; "
            + "recovering")]
    private partial void LogStarted(string space, MemberId member, Generation generation, int members, int departed);

    [LoggerMessage(
        EventId = 4115,
        Level = LogLevel.Information,
        Message = "Lock space {Space}, member {Member}: recovered {Generation}")]
    private partial void LogRecovered(string space, MemberId member, Generation generation);

    [LoggerMessage(
        EventId = 4116,
        Level = LogLevel.Information,
        Message = "Lock space {Space}, member {Member}: all members have recovered {Generation}")]
    private partial void LogReady(string space, MemberId member, Generation generation);

    [LoggerMessage(
        EventId = 4117,
        Level = LogLevel.Warning,
        Message = "Lock space {Space}, member {Member}: acknowledging {Generation} failed; trying again")]
    private partial void LogAcknowledgeFailed(Exception exception, string space, MemberId member, Generation generation);

    [LoggerMessage(
        EventId = 4118,
        Level = LogLevel.Warning,
        Message = "Lock space {Space}: dropped a message of {From} that cannot be read")]
    private partial void LogBadMessage(Exception exception, string space, MemberId from);

    [LoggerMessage(
        EventId = 4119,
        Level = LogLevel.Warning,
        Message = "Lock space {Space}, member {Member}: leaving the group failed; its daemon takes it out when this process ends")]
    private partial void LogLeaveFailed(Exception exception, string space, MemberId member);

    [LoggerMessage(
        EventId = 4120,
        Level = LogLevel.Critical,
        Message = "Lock space {Space}, member {Member}: a loop failed; the space ends here")]
    private partial void LogLoopFailed(Exception exception, string space, MemberId member);
}
