using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Checkers;
using Cluster.Simulation.Holders;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Tests;

/// <summary>Each checker is shown a broken promise, by hand, and must see it.</summary>
public sealed class CheckerTests
{
    private readonly StoryWorld _story = new(3);
    private readonly World _world;

    public CheckerTests()
    {
        _story.UntilReady();
        _world = _story.World;
    }

    private Machine One => _world.Machines[0];

    private Daemon Daemon => One.Daemon!;

    [Fact]
    public void S1_an_event_that_differs_from_what_another_node_showed_is_caught()
    {
        OneTruthChecker checker = new(_world);
        checker.Observe(Daemon, Up(1, 1));
        checker.Observe(Daemon, Up(2, 2));
        checker.Observe(_world.Machines[1].Daemon!, Up(1, 1));

        Broken("S1", () => checker.Observe(_world.Machines[1].Daemon!, Up(3, 2)));
    }

    [Fact]
    public void S1_an_event_out_of_order_is_caught()
    {
        OneTruthChecker checker = new(_world);
        checker.Observe(Daemon, Up(2, 2));

        Broken("S1", () => checker.Observe(Daemon, Up(1, 1)));
    }

    [Fact]
    public void S2_a_node_that_is_declared_down_while_it_holds_its_lease_is_caught()
    {
        LeaseChecker checker = new(_world, _world.Checks.Facts);

        Broken("S2", () => checker.EventSeen(Daemon, Down(1, Daemon.Core.Incarnation.Value), first: true));
    }

    [Fact]
    public void S2_a_grant_on_behalf_of_a_life_that_is_down_is_caught()
    {
        ToyLockHolder holder = One.Holders[0];
        One.PowerOff("test");
        LeaseChecker checker = new(_world, _world.Checks.Facts);
        checker.EventSeen(_world.Machines[1].Daemon!, Down(1, holder.Incarnation.Value), first: true);

        Broken("S2", () => checker.Granted(holder, 0, 1));
    }

    [Fact]
    public void S3_a_start_without_a_member_that_lives_is_caught()
    {
        FenceBeforeRecoverChecker checker = new(_world, _world.Checks.Facts);
        ToyLockHolder holder = One.Holders[0];
        GroupStartEvent start = new() { Group = holder.Group, Generation = 9 };
        start.Departed.Add(new GroupMemberInfo { Member = holder.Id.Value, Endpoint = holder.Endpoint, Node = 1 });

        Broken("S3", () => checker.EventSeen(Daemon, new ClusterEvent { Index = 99, Ordinal = 1, GroupStart = start }, first: true));
    }

    [Fact]
    public void S4_a_node_that_counts_as_fenced_though_nobody_observed_it_is_caught()
    {
        IntentChecker checker = new(_world, _world.Checks.Facts);
        NodeFencedEvent fenced = new() { Node = 1, Name = "n1", Incarnation = Daemon.Core.Incarnation.Value, Evidence = Evidence.ObservedOff };

        Broken("S4", () => checker.EventSeen(Daemon, new ClusterEvent { Index = 99, Ordinal = 1, NodeFenced = fenced }, first: true));
    }

    [Fact]
    public void S4_an_action_without_a_committed_attempt_is_caught()
    {
        IntentChecker checker = new(_world, _world.Checks.Facts);
        Membership.FenceOrder order = new(new Membership.OperationId(7), 1, "n1", 1, AttemptAction.SwitchOff, TimeSpan.FromSeconds(1));

        Broken("S4", () => checker.PowerActing(order, Daemon, One));
    }

    [Fact]
    public void S5_a_life_that_comes_back_is_caught()
    {
        DeadStaysDeadChecker checker = new(_world);
        checker.EventSeen(Daemon, Up(1, 5), first: true);
        checker.EventSeen(Daemon, Down(1, 5), first: true);

        Broken("S5", () => checker.EventSeen(Daemon, Up(1, 5), first: true));
    }

    [Fact]
    public void S6_a_token_that_does_not_grow_is_caught()
    {
        TokenChecker checker = new(_world);
        checker.Granted(One.Holders[0], 0, 8);
        checker.Granted(One.Holders[0], 1, 8);

        Broken("S6", () => checker.Granted(One.Holders[0], 0, 8));
    }

    [Fact]
    public void S7_a_vote_and_an_acknowledgement_ahead_of_the_disk_are_caught()
    {
        DurabilityChecker checker = new(_world);
        Term term = One.Disk.SyncedLog.HardState.Term;
        LogIndex beyond = One.Disk.SyncedLog.LastIndex.Next;

        Broken("S7", () => checker.Sending(Daemon, RaftMessage.VoteResponse(new NodeId(1), new NodeId(2), term.Next, granted: true)));
        Broken("S7", () => checker.Sending(Daemon, RaftMessage.AppendResponse(new NodeId(1), new NodeId(2), term, beyond)));
    }

    [Fact]
    public void S7_an_entry_that_no_majority_has_on_disk_is_caught()
    {
        CommittedLogChecker checker = new(_world);

        Broken("S7", () => checker.Observe(Daemon, new LogEntry(new LogIndex(1), new Term(99), EntryKind.Barrier, default)));
    }

    [Fact]
    public void S8_a_second_holder_is_caught()
    {
        ToyLockHolder? holder = null;
        _story.Until("somebody holds a lock", () => (holder = _world.Machines.SelectMany(machine => machine.Holders).FirstOrDefault(h => h.Holds(0))) is not null);
        ToyLockHolder other = _world.Machines.SelectMany(machine => machine.Holders).First(h => h != holder && h.Group == holder!.Group);

        Broken("S8", () => new ExclusionChecker(_world).Granted(other, 0, 1));
    }

    [Fact]
    public void L3_a_healthy_node_that_is_declared_down_is_caught()
    {
        ulong seed = 1;
        while (new SeedPlan(seed).Class != SeedClass.Stalls)
        {
            seed++;
        }

        World world = new(new SeedPlan(seed), Mutant.None, lines: 0);
        StallChecker checker = new(world);

        Broken("L3", () => checker.EventSeen(Daemon, Down(1, 5), first: true));
    }

    [Fact]
    public void L1_a_cluster_without_a_majority_is_caught()
    {
        CutEverything();

        ViolationException violation = Assert.Throws<ViolationException>(() => new Recovery(_world).Run());

        Assert.Equal("L1", violation.Rule);
    }

    private void CutEverything()
    {
        foreach (Machine from in _world.Machines)
        {
            foreach (Machine to in _world.Machines)
            {
                _world.Network.Cut(from.Number, to.Number);
            }
        }

        _world.RunUntil(_world.Now + SimTime.Seconds(2));
    }

    private static void Broken(string rule, Action act) => Assert.Equal(rule, Assert.Throws<ViolationException>(act).Rule);

    private static ClusterEvent Up(ulong index, ulong incarnation) => new()
    {
        Index = index,
        Ordinal = 1,
        NodeUp = new NodeUpEvent { Node = 1, Name = "n1", Incarnation = incarnation },
    };

    private static ClusterEvent Down(uint node, ulong incarnation) => new()
    {
        Index = 1_000_000,
        Ordinal = 1,
        NodeDown = new NodeDownEvent { Node = node, Name = $"n{node}", Incarnation = incarnation },
    };
}
