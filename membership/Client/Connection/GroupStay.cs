using System.Threading.Channels;
using Cluster.Client.Protocol;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Client.Connection;

/// <summary>
/// One stay in one group. Its changes are made from the events by the connection's thread, under the session's lock.
/// </summary>
internal sealed class GroupStay(ClientSession session, string group, MemberId id, Incarnation incarnation) : IGroupMembership
{
    /// <summary>How long <see cref="DisposeAsync"/> waits for the farewell to be committed.</summary>
    private static readonly TimeSpan FarewellPatience = TimeSpan.FromSeconds(5);

    private readonly Channel<GroupChange> _changes =
        Channel.CreateUnbounded<GroupChange>(new UnboundedChannelOptions { SingleWriter = true });

    private int _disposed;
    private volatile bool _leaving;

    /// <inheritdoc/>
    public string Group => group;

    /// <inheritdoc/>
    public MemberId Id => id;

    /// <inheritdoc/>
    public ChannelReader<GroupChange> Changes => _changes.Reader;

    /// <summary>The life of the node that the stay belongs to.</summary>
    public Incarnation Incarnation => incarnation;

    /// <summary>True after <see cref="GroupChange.Ended"/> was given out. Guarded by the session's lock.</summary>
    public bool IsOver { get; private set; }

    /// <summary>True when it ended because the node's incarnation did. Guarded by the session's lock.</summary>
    public bool OutlivedIncarnation { get; private set; }

    /// <inheritdoc/>
    public async Task AcknowledgeAsync(Generation generation, CancellationToken cancellation)
    {
        RequestResult result = await session.RequestAsync(
            request => new ClientMessage
            {
                Acknowledge = new Acknowledge
                {
                    Request = request,
                    Group = group,
                    Member = id.Value,
                    Generation = generation.Value,
                },
            },
            cancellation).ConfigureAwait(false);
        if (!result.Accepted)
        {
            throw new MembershipException(result.Detail);
        }
    }

    /// <inheritdoc/>
    public async Task LeaveAsync(CancellationToken cancellation)
    {
        _leaving = true;
        RequestResult result = await session.RequestAsync(
            request => new ClientMessage { LeaveGroup = new LeaveGroup { Request = request, Group = group, Member = id.Value } },
            cancellation).ConfigureAwait(false);
        if (!result.Accepted)
        {
            throw new MembershipException(result.Detail);
        }

        session.Farewell(this);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        using var patience = new CancellationTokenSource(FarewellPatience);
        try
        {
            await LeaveAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or MembershipException or ObjectDisposedException)
        {
            // The daemon can't be reached or knows of nothing: it takes the stay out when the process ends.
        }
        finally
        {
            session.Release(this);
        }
    }

    /// <summary>Takes an event of this group, in order.</summary>
    public void Take(ClusterEvent clusterEvent)
    {
        if (IsOver || clusterEvent.Index < id.Value)
        {
            return;
        }

        switch (clusterEvent.KindCase)
        {
            case ClusterEvent.KindOneofCase.GroupStop:
                GroupStopEvent stop = clusterEvent.GroupStop;
                if (stop.Departed.Contains(id.Value))
                {
                    End(_leaving ? "left the group" : stop.Reason, outlived: false);
                    return;
                }

                _changes.Writer.TryWrite(new GroupChange.Stopped(
                    new Generation(stop.Generation), [.. stop.Departed.Select(member => new MemberId(member))], stop.Reason));
                break;
            case ClusterEvent.KindOneofCase.GroupStart:
                GroupStartEvent start = clusterEvent.GroupStart;
                if (!start.Members.Any(member => member.Member == id.Value))
                {
                    End($"not a member any more since generation {start.Generation}", outlived: false);
                    return;
                }

                _changes.Writer.TryWrite(new GroupChange.Started(
                    new Generation(start.Generation),
                    [.. start.Members.Select(member => member.ToMember()).OrderBy(member => member.Slot)],
                    [.. start.Departed.Select(member => member.ToMember())]));
                break;
            case ClusterEvent.KindOneofCase.GroupReady:
                _changes.Writer.TryWrite(new GroupChange.Ready(new Generation(clusterEvent.GroupReady.Generation)));
                break;
        }
    }

    /// <summary>Gives out the last change.</summary>
    /// <param name="reason">For people.</param>
    /// <param name="outlived">True when the node's incarnation ended under it.</param>
    public void End(string reason, bool outlived)
    {
        if (IsOver)
        {
            return;
        }

        IsOver = true;
        OutlivedIncarnation = outlived;
        _changes.Writer.TryWrite(new GroupChange.Ended(reason));
        _changes.Writer.Complete();
    }

    /// <summary>The group of an event, or null when it is about none.</summary>
    public static string? GroupOf(ClusterEvent clusterEvent) => clusterEvent.KindCase switch
    {
        ClusterEvent.KindOneofCase.GroupStop => clusterEvent.GroupStop.Group,
        ClusterEvent.KindOneofCase.GroupStart => clusterEvent.GroupStart.Group,
        ClusterEvent.KindOneofCase.GroupReady => clusterEvent.GroupReady.Group,
        _ => null,
    };
}
