using Cluster.Api.Contract;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Cli.Tests;

public sealed class SettingsTests
{
    [Fact]
    public async Task Settings_are_shown_changed_tried_and_their_history_told()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Assert.Contains("version 1, by configuration of n1", await OutAsync(api, 0, "settings", "show"), StringComparison.Ordinal);
        string tried = await OutAsync(api, 0, "settings", "set", "timing.profile=fast", "--dry-run", "--who", "Ada");
        Assert.Contains("Nothing was changed.", tried, StringComparison.Ordinal);
        Assert.Contains("timing.leaseMs 700 → 200", tried, StringComparison.Ordinal);
        Assert.Equal(0, api.Cluster.Submitted);
        Assert.Contains("In force as version 2", await OutAsync(
            api, 0, "settings", "set", "timing.leaseMs=1.5s", "quorum.lastManStanding=true", "timing.clockRateBound=1.2", "--who", "Ada"), StringComparison.Ordinal);
        Assert.Equal((1500u, 1200u), (api.Cluster.Commands[0].SettingsChange.Settings.Timing.LeaseMs, api.Cluster.Commands[0].SettingsChange.Settings.Timing.ClockRateBoundPermille));
        Assert.Contains("timing.leaseMs 1500 → 700", await OutAsync(api, 0, "settings", "set", "--reset", "timing", "--who", "Ben"), StringComparison.Ordinal);
        string history = await OutAsync(api, 0, "settings", "history");
        Assert.Contains("Ben", history, StringComparison.Ordinal);
        Assert.Contains("quorum.lastManStanding false → true", history, StringComparison.Ordinal);
        Assert.Contains("said", await OutAsync(api, 0, "settings"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "is no setting", "lease=1s")]
    [InlineData(2, "no such setting", "timing.lease=1s")]
    [InlineData(2, "no such setting", "timing.leaseMs=soon")]
    [InlineData(2, "Nothing is to be changed")]
    [InlineData(1, "4 × heartbeat", "timing.leaseMs=100ms")]
    [InlineData(1, "Another change came first", "timing.profile=fast", "--based-on", "7")]
    public async Task What_can_not_be_is_refused_with_the_reason(int code, string reason, params string[] change)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(code, await terminal.RunAsync(["settings", "set", "--who", "Ada", .. change]));
        Assert.Contains(reason, terminal.Error, StringComparison.Ordinal);
        Assert.Equal(0, api.Cluster.Submitted);
    }

    [Fact]
    public async Task Assembling_without_nodes_is_forced_and_typed()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new FakeCluster { Quorate = false, Missing = ["n3"] });
        Assert.Contains("waits for", await OutAsync(api, 4, "quorum"), StringComparison.Ordinal);
        Assert.Equal(2, await new Terminal(api.Address.ToString()).RunAsync("quorum", "assemble", "--who", "Ada"));
        Assert.Equal(2, await new Terminal(api.Address.ToString()).RunAsync("quorum", "assemble", "--force", "--who", "Ada"));
        Assert.Equal(0, api.Cluster.Submitted);
        var person = new Terminal(api.Address.ToString()) { Interactive = true, Input = "test\n" };
        Assert.Equal(0, await person.RunAsync("quorum", "assemble", "--force", "--who", "Ada"));
        Assert.Contains("goes on without n3", person.Out, StringComparison.Ordinal);
        Assert.Contains("Type the cluster's id", person.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_says_who_has_not_acknowledged_and_what_becomes_of_it()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Cluster.Groups.Add(new GroupDocument
        {
            Name = "locks",
            Url = "/v1/groups/locks",
            State = GroupState.Starting,
            Generation = 3,
            RequiredEvidence = Evidence.ObservedOff,
            AckDeadlineMs = 9000,
            LateMember = "fence",
            Members = [new GroupMemberDocument(7, 0, "n1", 11, "x:1", 3), new GroupMemberDocument(8, 1, "n2", 12, "y:1", 2)],
            Departed = [new DepartedMemberDocument(9, 2, "n3", 13, false)],
            WaitsFor = ["ack of n2 (m8)"],
        });
        string group = await OutAsync(api, 0, "groups", "locks");
        foreach (string words in new[] { "waits for ack of n2", "9000 ms to acknowledge; then its node is fenced", "departed, not proven stopped", "observed-off" })
        {
            Assert.Contains(words, group, StringComparison.Ordinal);
        }

        Assert.Contains("ack of n2 (m8)", await OutAsync(api, 0, "groups"), StringComparison.Ordinal);
        Assert.Equal(1, await new Terminal(api.Address.ToString()).RunAsync("groups", "nothing"));
        string metrics = await api.Client.GetStringAsync("/metrics");
        Assert.Contains("cluster_group_waits{for=\"ack\",group=\"locks\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("cluster_group_waits{for=\"fencing\",group=\"locks\"} 0", metrics, StringComparison.Ordinal);
        Assert.Contains("cluster_group_unacknowledged{group=\"locks\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("cluster_quorum_votes_needed 2", metrics, StringComparison.Ordinal);
    }

    private static async Task<string> OutAsync(ApiFixture api, int code, params string[] args)
    {
        var terminal = new Terminal(api.Address.ToString());
        Assert.True(await terminal.RunAsync(args) == code, terminal.Error);
        return terminal.Out;
    }
}
