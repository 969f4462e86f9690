using Cluster.Client.Protocol;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Client.Tests;

public sealed class GroupMembershipTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(10);
    private static readonly GroupJoinOptions s_options = new("g", "127.0.0.1:9", Evidence.ObservedOff);

    [Fact]
    public async Task A_join_waits_until_the_node_is_a_member_and_carries_what_it_must()
    {
        await using var daemon = new FakeDaemon { Decide = AcceptAs(200) };
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        Task<IGroupMembership> joining = client.JoinGroupAsync(s_options, CancellationToken.None);
        await Task.Delay(50);
        Assert.Empty(daemon.Commands);

        daemon.Grant(7, s_long);
        IGroupMembership stay = await Eventually.Ends(joining, "the join");

        Assert.Equal(new MemberId(200), stay.Id);
        GroupJoin join = Assert.Single(daemon.Commands).GroupJoin;
        Assert.Equal(("g", 2U, 7UL, "127.0.0.1:9", Evidence.ObservedOff), (join.Group, join.Node, join.Incarnation, join.Endpoint, join.RequiredEvidence));
        Assert.Equal(Environment.ProcessId, join.ProcessId);
        Assert.True(join.ProcessStart > 0 && join.Nonce != 0);
    }

    [Fact]
    public async Task A_join_carries_how_long_members_may_take_and_needs_a_cluster_that_knows_it()
    {
        await using var daemon = new FakeDaemon { Decide = AcceptAs(200) };
        daemon.Grant(7, s_long);
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        GroupJoinOptions options = s_options with { AcknowledgeWithin = TimeSpan.FromSeconds(3), LateMember = LateMember.Expel };
        await Eventually.Ends(client.JoinGroupAsync(options, CancellationToken.None), "the join");
        await Eventually.Ends(client.JoinGroupAsync(s_options, CancellationToken.None), "the plain join");

        Command[] commands = [.. daemon.Commands];
        Assert.Equal((3000U, LateMember.Expel, 3U), (commands[0].GroupJoin.AckDeadlineMs, commands[0].GroupJoin.LateMember, commands[0].RequiredLevel));
        Assert.Equal((0U, LateMember.Unspecified, 0U), (commands[1].GroupJoin.AckDeadlineMs, commands[1].GroupJoin.LateMember, commands[1].RequiredLevel));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => client.JoinGroupAsync(s_options with { AcknowledgeWithin = TimeSpan.Zero }, CancellationToken.None));
    }

    [Fact]
    public async Task A_refused_join_says_why()
    {
        await using var daemon = new FakeDaemon { Decide = _ => new CommandOutcome(OutcomeCode.Conflict, 1, 0, "another evidence") };
        daemon.Grant(7, s_long);
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);

        var refusal = await Assert.ThrowsAsync<MembershipException>(() => client.JoinGroupAsync(s_options, CancellationToken.None));

        Assert.Equal("another evidence", refusal.Message);
    }

    [Fact]
    public async Task The_changes_are_the_groups_events_from_the_join_on()
    {
        await using var daemon = new FakeDaemon { Decide = _ => null };
        daemon.Grant(7, s_long);
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        Task<IGroupMembership> joining = client.JoinGroupAsync(s_options, CancellationToken.None);
        await Eventually.Holds(() => !daemon.Commands.IsEmpty, "the command");

        // The events arrive before the answer; those before the join belong to others, as do those of other groups.
        daemon.EmitStart("g", 1, 50);
        daemon.Emit(new ClusterEvent { GroupStop = new GroupStopEvent { Group = "g", Generation = 1, Reason = "a member joins" } });
        daemon.EmitStart("other", 1, 102);
        daemon.EmitStart("g", 2, 50, 102);
        await Eventually.Holds(() => client.Current.Position.Index == 104, "the events");
        daemon.Decide = AcceptAs(102);
        daemon.Release.SetResult();
        IGroupMembership stay = await Eventually.Ends(joining, "the join");
        daemon.Emit(new ClusterEvent { GroupReady = new GroupReadyEvent { Group = "g", Generation = 2 } });
        daemon.Emit(new ClusterEvent { GroupStop = new GroupStopEvent { Group = "g", Generation = 2, Reason = "n1 is down", Departed = { 50 } } });

        Assert.Equal(1UL, Assert.IsType<GroupChange.Stopped>(await NextAsync(stay)).Generation.Value);
        var started = Assert.IsType<GroupChange.Started>(await NextAsync(stay));
        Assert.Equal((2UL, 2), (started.Generation.Value, started.Members.Count));
        Assert.Equal(new GroupChange.Ready(new Generation(2)), await NextAsync(stay));
        Assert.Equal(new MemberId(50), Assert.Single(Assert.IsType<GroupChange.Stopped>(await NextAsync(stay)).Departed));
        Assert.False(stay.Changes.TryRead(out _));
    }

    [Fact]
    public async Task Acknowledging_and_leaving_become_commands_and_the_stay_ends()
    {
        await using var daemon = new FakeDaemon { Decide = AcceptAs(200) };
        daemon.Grant(7, s_long);
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        IGroupMembership stay = await client.JoinGroupAsync(s_options, CancellationToken.None);

        await stay.AcknowledgeAsync(new Generation(3), CancellationToken.None);
        await stay.LeaveAsync(CancellationToken.None);

        Assert.IsType<GroupChange.Ended>(await NextAsync(stay));
        await Eventually.Ends(stay.Changes.Completion, "the end of the changes");
        Command[] commands = [.. daemon.Commands];
        Assert.Equal((3UL, 200UL), (commands[1].GroupAck.Generation, commands[1].GroupAck.Member));
        Assert.Equal((Evidence.None, 200UL), (commands[2].GroupLeave.Evidence, commands[2].GroupLeave.Member));
        Assert.True(client.Lease.IsHeld);
    }

    [Fact]
    public async Task A_cancelled_join_that_succeeds_nevertheless_is_undone()
    {
        await using var daemon = new FakeDaemon { Decide = _ => null };
        daemon.Grant(7, s_long);
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        using var impatience = new CancellationTokenSource();
        Task<IGroupMembership> joining = client.JoinGroupAsync(s_options, impatience.Token);
        await Eventually.Holds(() => !daemon.Commands.IsEmpty, "the command");
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joining);

        daemon.Decide = AcceptAs(200);
        daemon.Release.SetResult();

        await Eventually.Holds(() => daemon.Commands.Any(each => each.GroupLeave?.Member == 200), "the farewell");
    }

    [Fact]
    public async Task A_join_whose_group_went_on_unseen_ends_at_once()
    {
        await using var daemon = new FakeDaemon(capacity: 2) { Decide = _ => null };
        daemon.Grant(7, s_long);
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        Task<IGroupMembership> joining = client.JoinGroupAsync(s_options, CancellationToken.None);
        await Eventually.Holds(() => !daemon.Commands.IsEmpty, "the command");

        // The join is committed (101) and the group starts with it (102), but the answer and these events never reach the client.
        await daemon.StopAsync();
        daemon.Emit(new ClusterEvent { GroupStop = new GroupStopEvent { Group = "g", Reason = "a member joins" } });
        daemon.EmitStart("g", 1, 101);
        daemon.EmitStart("other", 1, 50);
        daemon.EmitStart("other", 2, 50);
        daemon.EmitStart("other", 3, 50);
        daemon.State.Position = new Position { Index = 105, Ordinal = 1 };
        daemon.Decide = AcceptAs(101);
        daemon.Start();

        // Without this the group would wait for the acknowledgement of a start that nobody here has heard of.
        IGroupMembership stay = await Eventually.Ends(joining, "the join");
        Assert.Contains("missed", Assert.IsType<GroupChange.Ended>(await NextAsync(stay)).Reason, StringComparison.Ordinal);
        await stay.DisposeAsync();
        Assert.Contains(daemon.Commands, each => each.GroupLeave?.Member == 101);
    }

    [Fact]
    public async Task A_disposed_client_gives_up_its_lease_before_it_leaves_its_groups()
    {
        MembershipClient? client = null;
        bool? heldAtFarewell = null;
        await using var daemon = new FakeDaemon();
        daemon.Decide = command =>
        {
            heldAtFarewell ??= command.GroupLeave is null ? null : client!.Lease.IsHeld;
            return new CommandOutcome(OutcomeCode.Accepted, 1, 200, "");
        };
        daemon.Grant(7, s_long);
        client = await MembershipClientTests.ConnectAsync(daemon);
        await client.JoinGroupAsync(s_options, CancellationToken.None);
        Assert.True(client.Lease.IsHeld);

        await client.DisposeAsync();

        Assert.False(heldAtFarewell);
    }

    [Fact]
    public async Task A_request_without_answer_is_repeated_on_the_next_connection()
    {
        await using var daemon = new FakeDaemon { Decide = AcceptAs(200) };
        daemon.Grant(7, s_long);
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        await daemon.StopAsync();
        Task<IGroupMembership> joining = client.JoinGroupAsync(s_options, CancellationToken.None);

        daemon.Start();

        Assert.Equal(new MemberId(200), (await Eventually.Ends(joining, "the join")).Id);
    }

    [Fact]
    public async Task A_lost_daemon_ends_nothing_and_events_go_on_where_they_stopped()
    {
        await using var daemon = new FakeDaemon { Decide = AcceptAs(100) };
        daemon.Grant(7, s_long);
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        IGroupMembership stay = await client.JoinGroupAsync(s_options, CancellationToken.None);

        await daemon.StopAsync();
        daemon.EmitStart("g", 4, 100);
        await Task.Delay(50);
        Assert.False(stay.Changes.TryRead(out _));
        daemon.Start();

        Assert.Equal(4UL, Assert.IsType<GroupChange.Started>(await NextAsync(stay)).Generation.Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_the_incarnation_ends_the_stay_and_blocks_the_lease_until_it_is_let_go(bool whileConnected)
    {
        await using var daemon = new FakeDaemon { Decide = AcceptAs(100) };
        daemon.Grant(7, s_long);
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        IGroupMembership stay = await client.JoinGroupAsync(s_options, CancellationToken.None);
        Assert.True(client.Lease.IsHeld);

        if (whileConnected)
        {
            daemon.EndIncarnation("this node was declared down: silent");
            var ended = Assert.IsType<GroupChange.Ended>(await NextAsync(stay));
            Assert.Contains("declared down: silent", ended.Reason, StringComparison.Ordinal);
        }
        else
        {
            await daemon.StopAsync();
            daemon.EndIncarnation("not seen");
            daemon.Grant(9, s_long);
            daemon.Start();
            Assert.IsType<GroupChange.Ended>(await NextAsync(stay));
        }

        Assert.False(client.Lease.IsHeld);
        daemon.Grant(9, s_long + s_long);
        await Eventually.Holds(() => client.Lease.Deadline == daemon.Lease.Current.Deadline, "the lease of the next incarnation");
        Assert.False(client.Lease.IsHeld);

        await stay.DisposeAsync();
        Assert.True(client.Lease.IsHeld);
        Assert.Contains(new MemberId(100), daemon.Declared);
        Assert.DoesNotContain(daemon.Commands, each => each.GroupLeave is not null);
    }

    [Fact]
    public async Task A_client_that_missed_events_ends_its_stays_and_goes_on_from_a_snapshot()
    {
        await using var daemon = new FakeDaemon(capacity: 4) { Decide = AcceptAs(100) };
        daemon.Grant(7, s_long);
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        IGroupMembership stay = await client.JoinGroupAsync(s_options, CancellationToken.None);
        daemon.Emit(new ClusterEvent());
        await Eventually.Holds(() => client.Current.Position.Index == 101, "the event");
        await daemon.StopAsync();
        for (int i = 0; i < 10; i++)
        {
            daemon.Emit(new ClusterEvent());
        }

        daemon.State.Position.Index = 111;
        daemon.State.Position.Ordinal = 1;
        daemon.State.Nodes.Add(new Protocol.Node { Id = 1, Name = "n1", Incarnation = 3, State = (uint)NodeLifeState.Fenced });
        daemon.Start();

        Assert.Contains("missed", Assert.IsType<GroupChange.Ended>(await NextAsync(stay)).Reason, StringComparison.Ordinal);
        Assert.Equal(NodeLifeState.Fenced, Assert.Single(client.Current.Nodes).State);
        await Eventually.Holds(() => !client.Lease.IsHeld, "the lease to be blocked");
        await stay.DisposeAsync();
        Assert.True(client.Lease.IsHeld);
    }

    [Fact]
    public async Task A_join_that_nobody_could_use_is_refused_before_it_is_replicated()
    {
        await using var daemon = new FakeDaemon();
        daemon.Grant(7, s_long);
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);

        await Assert.ThrowsAsync<MembershipException>(
            () => client.JoinGroupAsync(s_options with { Endpoint = new string('x', 600) }, CancellationToken.None));
        await Assert.ThrowsAsync<MembershipException>(
            () => client.JoinGroupAsync(s_options with { RequiredEvidence = (Evidence)99 }, CancellationToken.None));
        Assert.Empty(daemon.Commands);
    }

    [Fact]
    public async Task A_stay_that_the_cluster_took_out_ends()
    {
        await using var daemon = new FakeDaemon { Decide = AcceptAs(100) };
        daemon.Grant(7, s_long);
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        IGroupMembership stay = await client.JoinGroupAsync(s_options, CancellationToken.None);

        daemon.EmitStart("g", 4, 50);

        Assert.IsType<GroupChange.Ended>(await NextAsync(stay));
    }

    [Fact]
    public async Task Disposing_the_client_leaves_all_groups()
    {
        await using var daemon = new FakeDaemon();
        daemon.Decide = command => command.GroupJoin is { } join ? Accept(join.Group == "a" ? 200UL : 201UL) : Accept(0);
        daemon.Grant(7, s_long);
        MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        await client.JoinGroupAsync(s_options with { Group = "a" }, CancellationToken.None);
        await client.JoinGroupAsync(s_options with { Group = "b" }, CancellationToken.None);

        await client.DisposeAsync();

        Assert.Equal([200UL, 201UL], daemon.Commands.Where(each => each.GroupLeave is not null).Select(each => each.GroupLeave.Member).Order());
    }

    private static Func<Command, CommandOutcome> AcceptAs(ulong member) => command => Accept(command.GroupJoin is null ? 0 : member);

    private static CommandOutcome Accept(ulong id) => new(OutcomeCode.Accepted, 1, id, "");

    private static async Task<GroupChange> NextAsync(IGroupMembership stay) =>
        await Eventually.Ends(stay.Changes.ReadAsync().AsTask(), "the next change");
}
