using Cluster.Consensus;
using Cluster.Simulation.Raft;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Tests;

public sealed class RaftWorldTests
{
    [Fact]
    public void A_spare_host_becomes_a_learner_catches_up_and_votes()
    {
        RaftStory story = new();
        story.Commit(1, 50);
        RaftHost spare = story.World.RaftHosts.First(host => !story.Leader.Configuration.IsMember(host.Id));

        Change(story, ConfigurationStep.Add(spare.Id));
        story.Until("the spare has everything", () => spare.Raft!.State.Applied >= story.Leader.State.Applied);
        Change(story, ConfigurationStep.Promote(spare.Id));

        story.Until("the spare votes", () => story.Leader is { Unsettled: null } leader && leader.Configuration.IsVoter(spare.Id));
        Assert.Equal(50UL, spare.Raft!.State.Effects);
    }

    [Fact]
    public void A_host_with_a_lost_disk_comes_back_only_once_the_node_is_removed()
    {
        RaftStory story = new();
        new Operator(story.World).Start();
        RaftHost victim = story.Follower.Host;
        bool wasRemoved = false;
        victim.LoseDisk();
        Assert.False(victim.IsOn);
        victim.PowerOn("nobody may");
        Assert.False(victim.IsOn);

        story.Until("the host is back", () =>
        {
            wasRemoved = wasRemoved || story.Leader is { Unsettled: null } leader && !leader.Configuration.IsMember(victim.Id);
            Assert.True(wasRemoved || !victim.IsOn, "it is on while the others still count on what it has forgotten");
            return victim.Raft is not null;
        });
    }

    [Fact]
    public void A_host_that_was_away_gets_a_snapshot_when_the_entries_are_gone()
    {
        RaftStory story = new(plan => plan is { CompactEvery: 15, TrailingEntries: 0 });
        RaftHost away = story.Follower.Host;
        away.PowerOff("test");

        // For those who answered a moment ago, entries are kept.
        story.World.RunUntil(story.World.Now + SimTime.Seconds(2));
        story.Commit(1, 200);
        story.World.RunUntil(story.World.Now + SimTime.Seconds(1));
        away.PowerOn("test");

        story.Until("it has everything", () => away.Raft?.State.Effects == 200);
        Assert.Contains(story.World.Trace.Lines, line => line.Contains("takes over the snapshot", StringComparison.Ordinal));
    }

    /// <summary>A fault that never strikes, or a change that is always refused, would be missed by no checker.</summary>
    [Fact]
    public void What_the_consensus_world_is_to_go_through_does_happen()
    {
        string[] phrases =
        [
            "takes over the snapshot",
            "begun",
            "transfer to",
            "outgoing",
            "learners next",
            "comes back with an empty disk",
            "cut in the middle of a change",
            "figure eight goes on",
            "cut off the leader",
            "can't start: the log is damaged",
            "disk is full",
            "Input/output error",
            "clusterd paused",
            "bit rot",
            "cut off a newcomer",
            "patience runs out as the leader is cut off",
            "goes on alone",
            "Reweigh",
            "×5",
        ];
        SortedSet<string> missing = new(phrases, StringComparer.Ordinal);
        for (ulong seed = 1; missing.Count > 0; seed += 2)
        {
            Assert.True(seed < 400, $"not seen in 200 seeds: {string.Join(", ", missing)}");
            foreach (string line in RaftSeedRun.Run(seed, Mutant.None, lines: int.MaxValue).Lines)
            {
                missing.RemoveWhere(phrase => line.Contains(phrase, StringComparison.Ordinal));
            }
        }
    }

    private static void Change(RaftStory story, ConfigurationStep step)
    {
        bool begun = false;
        story.Until($"{step} has begun", () =>
        {
            story.Leader.Input(now => begun = begun || story.Leader.Log.TryChangeConfiguration(new ConfigurationChange(step), now, out _, out string _));
            return begun;
        });
        story.Until($"{step} is done", () => story.Leader.Unsettled is null);
    }
}
