using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Faults;
using Cluster.Simulation.Holders;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Power;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Tests;

public sealed class StoryTests
{
    [Fact]
    public void A_hung_machine_is_declared_down_fenced_switched_on_and_joins_as_a_new_incarnation()
    {
        StoryWorld story = new(3, suitable: plan => plan.Fencing.OnDown == FenceKind.Reboot);
        story.UntilReady();
        Machine victim = story.Follower;
        Incarnation before = victim.Daemon!.Core.Incarnation;

        victim.Pause(SimTime.Seconds(15));

        story.Until("the victim's machine is booted anew", () => victim.Boot == 2);
        story.Until("the victim is a member again", () => victim.Daemon is { } daemon && daemon.Core.Incarnation.Value > before.Value);
        story.UntilReady();
    }

    [Theory]
    [InlineData(BmcFault.Unreachable, "unreachable")]
    [InlineData(BmcFault.WrongPassword, "authentication")]
    [InlineData(BmcFault.Lying, "still-on")]
    public void A_power_switch_that_fails_keeps_the_groups_stopped_and_says_why(object fault, string failure)
    {
        StoryWorld story = new(3);
        story.UntilReady();
        Machine victim = story.Follower;
        foreach (Bmc bmc in victim.Bmcs)
        {
            bmc.Fault = (BmcFault)fault;
        }

        victim.Pause(SimTime.Seconds(60));
        story.Until("a failed attempt is recorded", () => Operations(story).Any(operation =>
            operation.NodeName == victim.Name && operation.Attempts.Any(attempt => attempt.Failure == failure)));
        story.World.RunUntil(story.World.Now + SimTime.Seconds(5));

        Assert.All(story.Leader.Daemon!.Core.State.Groups, group => Assert.Equal(GroupPhase.Stopped, group.Phase));
        GroupRecord any = story.Leader.Daemon.Core.State.Groups.First();
        Assert.Contains(
            story.Leader.Daemon.Core.WaitsFor(any, story.Leader.Clock.Now),
            reason => reason.Contains($"fencing of {victim.Name}", StringComparison.Ordinal));
        Assert.True(victim.IsOn);
    }

    [Fact]
    public void An_operators_request_to_fence_the_leader_is_carried_out_by_another_leader()
    {
        StoryWorld story = new(3);
        story.UntilReady();
        Machine old = story.Leader;

        old.Daemon!.Submit(
            new Command { FenceOpen = new FenceOpen { Node = old.Number, Kind = FenceKind.Reboot, Reason = "test", Requester = "test" } },
            static _ => { });

        story.Until("the old leader's machine is booted anew", () => old.Boot == 2);
        story.UntilReady();
    }

    [Fact]
    public void A_cluster_whose_daemons_all_died_at_once_recovers_even_when_a_group_demands_observed_off()
    {
        StoryWorld story = new(3, suitable: plan =>
            plan.RequiredEvidence(plan.Groups[1]) == Evidence.ObservedOff && plan.Fencing.OnDown == FenceKind.Reboot);
        story.UntilReady();

        foreach (Machine machine in story.World.Machines)
        {
            machine.CrashProcess(SimTime.Ms(50));
        }

        // One after the other: two at once would cost the majority, and nobody could record anything any more.
        story.Until("all machines were fenced", () =>
        {
            Assert.True(story.World.Machines.Count(machine => !machine.IsOn) <= 1, "two machines are off at once");
            return story.World.Machines.All(machine => machine.Boot == 2);
        });
        new Recovery(story.World).Run();
    }

    [Fact]
    public void A_daemon_that_dies_with_its_lock_holders_joins_again_on_the_word_that_they_ended_and_nobody_is_fenced()
    {
        StoryWorld story = new(3, suitable: plan =>
            plan.RequiredEvidence(plan.Groups[1]) == Evidence.ConfirmedByHuman && plan.Timing.Lease == MembershipTiming.Lan.Lease);
        story.UntilReady();
        Machine victim = story.Follower;
        Incarnation before = victim.Daemon!.Core.Incarnation;

        victim.CrashProcess(SimTime.Ms(30));
        foreach (ToyLockHolder holder in victim.Holders.ToArray())
        {
            holder.Exit("test");
        }

        story.Until("the victim is a member again", () => victim.Daemon is { } daemon && daemon.Core.Incarnation.Value > before.Value);
        story.UntilReady();

        Assert.All(story.World.Machines, machine => Assert.Equal(1, machine.Boot));
    }

    [Fact]
    public void A_majority_goes_on_while_a_minority_with_the_old_leader_is_cut_off()
    {
        StoryWorld story = new(5);
        story.UntilReady();
        Machine old = story.Leader;
        CutSet cut = LeaderCut.Around(story.World, story.World.Stream("test"), old.Number, except: 0);

        cut.Apply(story.World.Network, both: true);

        story.Until("the old leader is fenced by the majority", () => old.Boot > 1 || !old.IsOn);
        cut.Undo(story.World.Network, both: true);
        new Recovery(story.World).Run();
    }

    [Fact]
    public void A_join_that_was_delayed_until_another_life_began_does_not_end_that_life()
    {
        StoryWorld story = new(3);
        story.UntilReady();
        Machine victim = story.Follower;
        Incarnation life = victim.Daemon!.Core.Incarnation;
        CommandOutcome? outcome = null;

        // What a former daemon of the machine asked for before it was a member.
        NodeJoin join = new() { Node = victim.Number, Name = victim.Name, Nonce = 4711, BootId = "an earlier boot", Replaces = 0 };
        story.Leader.Daemon!.Submit(new Command { NodeJoin = join }, answer => outcome = answer);

        story.Until("the join is answered", () => outcome is not null);
        Assert.Equal(OutcomeCode.Stale, outcome!.Code);
        Assert.Equal(life, victim.Daemon.Core.Incarnation);
    }

    [Fact]
    public void A_node_that_has_to_read_a_long_log_up_to_its_own_join_is_not_declared_down_meanwhile()
    {
        StoryWorld story = new(3, suitable: plan =>
            plan is { MaxInflightAppends: 1, MaxBytesPerAppend: 100 }
            && plan.Fencing.OnDown == FenceKind.Reboot
            && plan.Timing.Lease == MembershipTiming.Fast.Lease);
        story.UntilReady();
        Machine victim = story.Follower;
        victim.PowerOff("test");
        int open = 1_500;
        for (int i = 0; i < 1_500; i++)
        {
            story.Leader.Daemon!.Submit(new Command { GroupAck = new GroupAck { Group = "nobody", Member = (ulong)i } }, _ => open--);
        }

        story.Until("the log is long", () => open == 0);
        story.Until("the victim is switched on and a member again", () => victim.Daemon is { } daemon && daemon.Core.Incarnation != Incarnation.None);
        story.UntilReady();

        Assert.Equal(2, victim.Boot);
    }

    private static IEnumerable<FenceOperation> Operations(StoryWorld story) =>
        Victim.Leader(story.World)?.Daemon?.Core.State.Operations ?? [];
}
