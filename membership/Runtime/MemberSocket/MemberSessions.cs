using Cluster.Client.Processes;
using Cluster.Membership.Protocol;
using Cluster.Membership;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.MemberSocket;

/// <summary>All sessions, and the watch over their processes.</summary>
internal sealed class MemberSessions(IMemberHost host, ILogger logger) : IAsyncDisposable
{
    /// <summary>
    /// How often an attached client's process is looked at: its socket may have been inherited by a child that lives on.
    /// </summary>
    private static readonly TimeSpan s_attachedPause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan s_detachedPause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<ulong, (MemberSession Session, Task Watch, ChangeNotifier Detached)> _sessions = [];

    /// <summary>Finds or makes the session of a client, and attaches a connection to it.</summary>
    /// <returns>The session, and the connection that it had; or a refusal.</returns>
    public (MemberSession? Session, MemberConnection? Before, string Refusal) Attach(
        ulong number, ProcessIdentity process, MemberConnection connection)
    {
        lock (_gate)
        {
            if (_sessions.TryGetValue(number, out var known))
            {
                if (known.Session.Process != process)
                {
                    return (
                        null,
                        null,
                        $"client number {number:x} belongs to {known.Session.Process}; "
                        + "draw a number at random for each client");
                }

                (bool attached, MemberConnection? before) = known.Session.Attach(connection);
                if (attached)
                {
                    return (known.Session, before, "");
                }
            }

            var session = new MemberSession(number, process);
            session.Attach(connection);
            var detached = new ChangeNotifier();
            _sessions[number] = (session, Task.Run(() => WatchAsync(session, detached)), detached);
            return (session, null, "");
        }
    }

    /// <summary>A connection is gone: from now on its process is watched closely.</summary>
    public void Detach(MemberSession session, MemberConnection connection)
    {
        if (!session.Detach(connection))
        {
            return;
        }

        lock (_gate)
        {
            if (_sessions.TryGetValue(session.Number, out var known) && known.Session == session)
            {
                known.Detached.Raise();
            }
        }
    }

    /// <summary>Stays of the present incarnation in words, for a stop that waits for them.</summary>
    public IReadOnlyList<string> Describe()
    {
        lock (_gate)
        {
            return [.. _sessions.Values.SelectMany(
                known => known.Session.Stays().Select(stay => $"{stay.Group}/{stay.Member} of process {known.Session.Process.Id}"))];
        }
    }

    /// <summary>The incarnation changed: stays of former ones are over.</summary>
    public void RetainOnly(Incarnation incarnation)
    {
        lock (_gate)
        {
            foreach (var known in _sessions.Values)
            {
                known.Session.RetainOnly(incarnation);
            }
        }
    }

    /// <summary>Takes a stay out of its group because its process has ended.</summary>
    public async Task TakeOutAsync(MemberSession.Stay stay)
    {
        var leave = new GroupLeave { Group = stay.Group, Member = stay.Member.Value, Evidence = Evidence.ProcessExited };
        try
        {
            await host.SubmitAsync(new Command { GroupLeave = leave }, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or RuntimeStoppedException)
        {
            // The daemon stops; its next life is asked about the process.
        }
    }

    /// <summary>Stops watching.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task[] watches;
        lock (_gate)
        {
            watches = [.. _sessions.Values.Select(known => known.Watch)];
        }

        await Task.WhenAll(watches).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task WatchAsync(MemberSession session, ChangeNotifier detached)
    {
        try
        {
            bool told = false;
            while (!session.Process.HasEnded())
            {
                Task change = detached.Next;
                bool attached = session.IsAttached;
                if (session.TryEndIdle())
                {
                    Forget(session);
                    return;
                }

                if (!attached && !told)
                {
                    // Right after a disconnect the process is usually about to end; only one that stays is worth a line.
                    await Task.Delay(s_detachedPause, _stop.Token).ConfigureAwait(false);
                    told = !session.Process.HasEnded() && !session.IsAttached;
                    if (told && session.Stays() is { Count: > 0 } stays)
                    {
                        RuntimeLog.MemberDetached(logger, session.Process.Id, Words(stays));
                    }

                    continue;
                }

                told &= !attached;
                TimeSpan pause = attached ? s_attachedPause : s_detachedPause;
                await Task.WhenAny(change, Task.Delay(pause, _stop.Token)).ConfigureAwait(false);
                _stop.Token.ThrowIfCancellationRequested();
            }

            IReadOnlyList<MemberSession.Stay> left = session.End();
            Forget(session);
            if (left.Count > 0)
            {
                RuntimeLog.MemberProcessEnded(logger, session.Process.Id, Words(left));
                await Task.WhenAll(left.Select(TakeOutAsync)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    private void Forget(MemberSession session)
    {
        lock (_gate)
        {
            if (_sessions.TryGetValue(session.Number, out var known) && known.Session == session)
            {
                _sessions.Remove(session.Number);
            }
        }
    }

    private static string Words(IReadOnlyList<MemberSession.Stay> stays) =>
        string.Join(", ", stays.Select(stay => $"{stay.Group}/{stay.Member}"));
}
