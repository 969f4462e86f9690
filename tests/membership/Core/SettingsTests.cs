using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>The cluster's settings: replicated, versioned, the same on every node.</summary>
public sealed class SettingsTests
{
    private readonly StateDriver _driver = new();

    public SettingsTests() => _driver.AllJoinAtNewestLevel();

    [Fact]
    public void A_change_is_in_force_with_its_version_and_its_author()
    {
        CommandOutcome outcome = Change(0, """{ "timing": { "profile": "fast" } }""");

        Assert.Equal((true, 1UL), (outcome.Accepted, outcome.Id));
        Assert.Equal((1UL, "ann", 77L), (_driver.State.Settings.Version, _driver.State.Settings.Who, _driver.State.Settings.ChangedAtUnixMs));
        Assert.Equal(MembershipTiming.Fast, _driver.State.Settings.Values.Timing);
        Assert.Equal(["settings v1 by ann"], _driver.TakeEvents());
    }

    [Fact]
    public void Of_two_changes_of_one_version_the_second_is_told_who_came_first()
    {
        Change(0, "{}");

        CommandOutcome second = Change(0, """{ "timing": { "profile": "fast" } }""", "bob");

        Assert.Equal(OutcomeCode.Conflict, second.Code);
        Assert.Contains("from version 0, but version 1, by ann, is in force", second.Detail, StringComparison.Ordinal);
        Assert.Equal(MembershipTiming.Lan, _driver.State.Settings.Values.Timing);
    }

    [Fact]
    public void Settings_that_do_not_fit_together_change_nothing()
    {
        CommandOutcome outcome = Change(0, """{ "timing": { "leaseMs": 100 } }""");

        Assert.Equal(OutcomeCode.Malformed, outcome.Code);
        Assert.Contains("lease 100 ms must be at least 4 × heartbeat interval 50 ms = 200 ms", outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(0UL, _driver.State.Settings.Version);
        Assert.Empty(_driver.TakeEvents());
    }

    [Theory]
    [InlineData("", "{}")]
    [InlineData("ann", null)]
    public void A_change_needs_an_author_and_settings(string who, string? json) =>
        Assert.Equal(OutcomeCode.Malformed, Change(0, json, who).Code);

    [Fact]
    public void A_favoured_node_must_be_one_of_the_cluster() =>
        Assert.Equal(OutcomeCode.UnknownNode, Change(0, """{ "quorum": { "twoNodeFavoured": 9 } }""").Code);

    [Fact]
    public void Below_the_level_a_change_is_answered_as_by_a_build_that_does_not_know_it()
    {
        StateDriver old = new();
        old.AllJoin();

        CommandOutcome outcome = old.Apply(new Command { SettingsChange = new SettingsChange { Settings = new Settings(), Who = "ann" } });

        Assert.Equal(OutcomeCode.Malformed, outcome.Code);
        Assert.Contains("not known to this version", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_retained_operations_let_the_oldest_closed_ones_go()
    {
        for (uint round = 0; round < 120; round++)
        {
            _driver.Down(3);
            _driver.Confirm(3);
            _driver.Apply(new Command
            {
                NodeJoin = new NodeJoin { Node = 3, Name = "n3", Nonce = 1000 + round, BootId = "b1", FeatureLevel = FeatureLevels.Understood },
            });
        }

        ulong newest = _driver.State.Operations.Last().Id.Value;
        Change(0, """{ "limits": { "operationsRetained": 100 } }""");

        Assert.Equal(100, _driver.State.Operations.Count);
        Assert.Equal(newest, _driver.State.Operations.Last().Id.Value);
    }

    [Fact]
    public void Fewer_retained_events_let_the_oldest_go_and_say_so()
    {
        for (uint round = 0; round < 600; round++)
        {
            ulong member = _driver.JoinGroup(1, 10 + round).Id;
            _driver.LeaveGroup(member);
        }

        int before = _driver.State.Events.Count;
        Change(0, """{ "limits": { "eventsRetained": 1000 } }""");

        Assert.True(before > 1000);
        Assert.Equal(1000, _driver.State.Events.Count);
        Assert.NotEqual(EventPosition.Start, _driver.State.Events.DroppedThrough);
    }

    [Fact]
    public void A_restored_state_knows_the_settings_and_the_longest_lease_of_all_versions()
    {
        Change(0, """{ "timing": { "profile": "wan" } }""");
        Change(1, """{ "timing": { "profile": "fast" }, "limits": { "eventsRetained": 1000 } }""", "bob");
        ClusterState restored = new([new(new(1), "n1"), new(new(2), "n2"), new(new(3), "n3")]);

        restored.Restore(_driver.State.Save(), _driver.State.AppliedIndex);

        Assert.Equal((2UL, "bob"), (restored.Settings.Version, restored.Settings.Who));
        Assert.Equal(_driver.State.Settings.Values, restored.Settings.Values);
        Assert.Equal(MembershipTiming.Wan.LeaseBound, restored.LongestLeaseBound);
        Assert.Equal(1000, restored.Events.Capacity);
    }

    [Fact]
    public void The_leaders_configuration_becomes_version_1_once_the_level_is_reached()
    {
        NodeDriver driver = new(MembershipTiming.Fast with { StartupGrace = TimeSpan.FromSeconds(3) });
        driver.Join(2);
        driver.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(0UL, driver.Node.State.Settings.Version);
        Assert.Equal(MembershipTiming.Fast.Lease, driver.Node.Settings.Timing.Lease);

        driver.Join(3);
        driver.Run(TimeSpan.FromSeconds(0.3));

        Assert.Equal((1UL, "configuration of n1"), (driver.Node.State.Settings.Version, driver.Node.State.Settings.Who));
        Assert.Equal(driver.Timing, driver.Node.State.Settings.Values.Timing);
    }

    [Fact]
    public void Duties_go_by_the_clusters_settings_and_by_this_daemons_own_levels()
    {
        NodeDriver driver = new();
        driver.Join(2);
        driver.Join(3);
        driver.Run(TimeSpan.FromSeconds(0.3));
        driver.Commit(new Command
        {
            SettingsChange = new SettingsChange
            {
                BasedOn = 1,
                Who = "ann",
                Settings = Settings.Parser.ParseJson("""{ "timing": { "startupGraceMs": 1 }, "fencing": { "onDown": "OFF", "attemptDeadlineMs": 1234 } }"""),
            },
        });

        driver.Run(TimeSpan.FromSeconds(3));

        Assert.Equal(FenceKind.Off, driver.Node.State.Operations.First().Kind);
        Assert.Contains(driver.Orders, order => order is { Target: "n2", Level: 1 } && order.Deadline == TimeSpan.FromMilliseconds(1234));
    }

    private CommandOutcome Change(ulong basedOn, string? json, string who = "ann") => _driver.Apply(new Command
    {
        AtUnixMs = 77,
        SettingsChange = new SettingsChange { BasedOn = basedOn, Who = who, Settings = json is null ? null : Settings.Parser.ParseJson(json) },
    });
}
