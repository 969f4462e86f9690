using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cluster.Api.Contract;
using Cluster.Api.Server.Settings;
using Cluster.Api.Server.Tests.Support;
using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Api.Server.Tests;

public sealed class SettingsTests
{
    private const string Path = "/v1/settings";

    private static readonly NodeNumbers s_nodes = new([(new NodeId(1), "n1"), (new NodeId(2), "n2")]);

    [Fact]
    public async Task Settings_are_told_whole_with_version_who_and_when()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage response = await api.Client.GetAsync(Path);
        Assert.Equal("\"1\"", response.Headers.ETag!.Tag);
        SettingsDocument settings = JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(), ApiJson.Default.SettingsDocument)!;
        Assert.Equal((1ul, "configuration of n1", "lan", 700u), (settings.Version, settings.Who, settings.Values.Timing!.Profile, settings.Values.Timing.LeaseMs));
        Assert.All(SettingsKeys.Flatten(settings.Values), each => Assert.NotNull(each.Value));
        Assert.Equal(26, SettingsKeys.Flatten(settings.Values).Count);
        Assert.Empty(SettingsKeys.Flatten(settings.Given));
    }

    [Fact]
    public async Task A_change_says_what_it_changes_and_keeps_what_was_said_before()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        SettingsChangeDocument first = await ChangeAsync(api, """{"who":"Ada","set":{"timing":{"leaseMs":900},"quorum":{"votersWanted":5}}}""");
        Assert.Equal(["timing.leaseMs 700 900", "quorum.votersWanted 7 5"], first.Changes.Select(each => $"{each.Key} {each.From} {each.To}"));
        SettingsChangeDocument second = await ChangeAsync(api, """{"who":"Ben","set":{"quorum":{"twoNodeFavoured":"n2","noQuorum":"stop"}},"reset":["timing.leaseMs"]}""");
        Assert.Equal((3ul, "Ben"), (second.Settings.Version, second.Settings.Who));
        Assert.Equal(700u, second.Settings.Values.Timing!.LeaseMs);
        Assert.Equal(["quorum.votersWanted 5", "quorum.twoNodeFavoured n2", "quorum.noQuorum stop"], SettingsKeys.Flatten(second.Settings.Given).Select(each => $"{each.Key} {each.Value}"));
        Assert.Equal(2u, api.Cluster.Commands[1].SettingsChange.Settings.Quorum.TwoNodeFavoured);
        Assert.Equal((1ul, FeatureLevels.Membership), (api.Cluster.Commands[0].SettingsChange.BasedOn, api.Cluster.Commands[0].RequiredLevel));
        JsonElement history = await api.GetAsync(Path + "/history");
        Assert.Equal(["configuration of n1", "Ada", "Ben"], history.GetProperty("changes").EnumerateArray().Select(each => each.GetProperty("who").GetString()));
        Assert.Equal(3, history.GetProperty("changes")[2].GetProperty("changes").GetArrayLength());
    }

    [Fact]
    public async Task A_dry_run_changes_nothing_and_says_what_it_would()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        SettingsChangeDocument dry = await ChangeAsync(api, """{"who":"Ada","set":{"timing":{"profile":"wan"}}}""", "?dryRun=true");
        Assert.True(dry.DryRun);
        Assert.Contains(dry.Changes, change => change is { Key: "timing.leaseMs", From: "700", To: "4000" });
        Assert.Equal(0, api.Cluster.Submitted);
        SettingsChangeDocument nothing = await ChangeAsync(api, """{"who":"Ada","reset":["timing"]}""");
        Assert.Empty(nothing.Changes);
        Assert.Equal(0, api.Cluster.Submitted);
    }

    [Theory]
    [InlineData("""{"timing":{"leaseMs":100}}""", "4 × heartbeat")]
    [InlineData("""{"timing":{"profile":"moon"}}""", "no profile 'moon'")]
    [InlineData("""{"timing":{"leaseMs":0}}""", "timing.leaseMs is 0")]
    [InlineData("""{"timing":{"clockRateBound":3}}""", "[1, 2]")]
    [InlineData("""{"quorum":{"twoNodeFavoured":"n9"}}""", "none of the nodes")]
    [InlineData("""{"quorum":{"startupFencing":"maybe"}}""", "fence-unseen or ask-operator")]
    [InlineData("""{"groups":{"lateMember":"unspecified"}}""", "expel or fence")]
    [InlineData("""{"fencing":{"retryMinMs":60000}}""", "30000 ms")]
    public async Task Settings_that_do_not_fit_together_are_refused_with_the_arithmetic(string set, string reason)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        foreach (string query in new[] { "", "?dryRun=true" })
        {
            using HttpResponseMessage response = await api.SendAsync(HttpMethod.Patch, Path + query, $$"""{"who":"Ada","set":{{set}}}""");
            JsonElement problem = await ApiFixture.AssertProblemAsync(response, 400, "invalid-settings");
            Assert.Contains(reason, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(0, api.Cluster.Submitted);
    }

    [Theory]
    [InlineData("""{"who":"Ada"}""", "invalid-body")]
    [InlineData("""{"set":{"timing":{"profile":"fast"}}}""", "invalid-body")]
    [InlineData("""{"who":"Ada","reset":["timing.lease"]}""", "invalid-body")]
    [InlineData("""{"who":"Ada","reset":[null]}""", "invalid-body")]
    [InlineData("""{"who":"Ada","set":{"timing":{"lease":"1s"}}}""", "bad-json")]
    public async Task A_change_that_says_nothing_sound_is_refused(string body, string type)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage response = await api.SendAsync(HttpMethod.Patch, Path, body);
        await ApiFixture.AssertProblemAsync(response, 400, type);
    }

    [Fact]
    public async Task Of_two_changes_from_one_version_the_second_is_refused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        const string Body = """{"who":"Ada","basedOn":1,"set":{"limits":{"eventsRetained":5000}}}""";
        await ChangeAsync(api, Body);
        using HttpResponseMessage late = await api.SendAsync(HttpMethod.Patch, Path, Body);
        JsonElement problem = await ApiFixture.AssertProblemAsync(late, 412, "changed-meanwhile");
        Assert.Contains("version 2, by Ada", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        using HttpResponseMessage header = await IfMatchAsync(api, "\"1\"");
        await ApiFixture.AssertProblemAsync(header, 412, "changed-meanwhile");
        using HttpResponseMessage nonsense = await IfMatchAsync(api, "\"x\"");
        await ApiFixture.AssertProblemAsync(nonsense, 400, "invalid-parameter");
        using HttpResponseMessage good = await IfMatchAsync(api, "\"2\"");
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);

        // Another change comes between the reading and the committing.
        api.Cluster.OnSubmit = (_, _) => Task.FromResult(new CommandOutcome(OutcomeCode.Conflict, 1, 0, "version 9 is in force"));
        using HttpResponseMessage raced = await api.SendAsync(HttpMethod.Patch, Path, """{"who":"Ada","set":{"limits":{"eventsRetained":7000}}}""");
        await ApiFixture.AssertProblemAsync(raced, 412, "changed-meanwhile");
    }

    [Fact]
    public void Every_setting_survives_the_way_to_the_log_and_back()
    {
        var all = new SettingsValues
        {
            Timing = new TimingValues
            {
                Profile = "wan", HeartbeatIntervalMs = 1, ElectionTimeoutMinMs = 2, ElectionTimeoutMaxMs = 3, LeaseMs = 4, ClockRateBound = 1.25, StallThresholdMs = 5, StartupGraceMs = 6,
            },
            Quorum = new QuorumValues
            {
                VotersWanted = 7, WaitForAll = true, StartupFencing = "ask-operator", LastManStanding = true, LastManStandingWindowMs = 8, TwoNode = true,
                TwoNodeDelayMs = 9, TwoNodeFavoured = "n2", NoQuorum = "stop", NoQuorumStopAfterMs = 10,
            },
            Fencing = new FencingValues { OnDown = "off", AttemptDeadlineMs = 11, RetryMinMs = 12, RetryMaxMs = 13 },
            Groups = new GroupValues { AckDeadlineMs = 14, LateMember = "fence" },
            Limits = new LimitValues { EventsRetained = 15, OperationsRetained = 16 },
        };
        Assert.Equal(26, SettingsKeys.Flatten(all).Count);
        Assert.Empty(SettingsKeys.Differences(all, SettingsMap.Given(SettingsMap.Form(all, s_nodes), s_nodes)));
        ClusterSettings values = ClusterSettings.From(new SettingsChangeFixture().Sound);
        Assert.Equal(values, ClusterSettings.From(SettingsMap.Form(SettingsMap.Values(values, "lan", s_nodes), s_nodes)));
    }

    private sealed class SettingsChangeFixture
    {
        public Membership.Protocol.Settings Sound { get; } = new ClusterSettings
        {
            Timing = MembershipTiming.Fast with { Lease = TimeSpan.FromMilliseconds(333) },
            Quorum = new QuorumPolicy { VotersWanted = 3, LastManStanding = true },
        }.ToSettings();
    }

    private static async Task<SettingsChangeDocument> ChangeAsync(ApiFixture api, string body, string query = "")
    {
        using HttpResponseMessage response = await api.SendAsync(HttpMethod.Patch, Path + query, body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonSerializer.Deserialize(text, ApiJson.Default.SettingsChangeDocument)!;
    }

    private static Task<HttpResponseMessage> IfMatchAsync(ApiFixture api, string tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, Path)
        {
            Content = new StringContent("""{"who":"Ada","set":{"limits":{"eventsRetained":6000}}}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(tag));
        return api.Client.SendAsync(request);
    }
}
