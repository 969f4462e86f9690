using System.Net;
using System.Text.Json;
using Cluster.Api.Server.Tests.Support;
using Cluster.Membership;

namespace Cluster.Api.Server.Tests;

public sealed class EventTests
{
    [Fact]
    public async Task A_page_holds_cloud_events_and_where_to_go_on()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Cluster.EmitDown(5);
        api.Cluster.EmitDown(6);
        JsonElement page = await api.GetAsync("/v1/events?limit=1");
        JsonElement first = Assert.Single(page.GetProperty("events").EnumerateArray());
        Assert.Equal("1.0", first.GetProperty("specversion").GetString());
        Assert.Equal("5.1", first.GetProperty("id").GetString());
        Assert.Equal("/clusters/test", first.GetProperty("source").GetString());
        Assert.Equal("cluster.node-down", first.GetProperty("type").GetString());
        Assert.Equal("nodes/n3", first.GetProperty("subject").GetString());
        Assert.Equal("2023-11-14T22:13:20.123Z", first.GetProperty("time").GetString());
        Assert.Equal("node-down", first.GetProperty("data").GetProperty("kind").GetString());
        Assert.Equal(900, first.GetProperty("data").GetProperty("silentMs").GetInt32());
        JsonElement second = await api.GetAsync($"/v1/events?after={page.GetProperty("next").GetString()}");
        Assert.Equal("6.1", Assert.Single(second.GetProperty("events").EnumerateArray()).GetProperty("id").GetString());
        JsonElement third = await api.GetAsync($"/v1/events?after={second.GetProperty("next").GetString()}");
        Assert.Empty(third.GetProperty("events").EnumerateArray());
        Assert.Equal("6.1", third.GetProperty("next").GetString());
    }

    [Fact]
    public async Task A_long_poll_ends_with_the_first_event()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Task<JsonElement> waiting = api.GetAsync("/v1/events?after=4.1&wait=30s");
        api.Cluster.EmitDown(5);
        JsonElement page = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("5.1", page.GetProperty("next").GetString());
    }

    [Fact]
    public async Task A_long_poll_in_which_nothing_happens_ends_empty()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Cluster.EmitDown(5);
        JsonElement page = await api.GetAsync("/v1/events?after=5.1&wait=50ms");
        Assert.Empty(page.GetProperty("events").EnumerateArray());
        Assert.Equal("5.1", page.GetProperty("next").GetString());
    }

    [Fact]
    public async Task A_page_that_is_trimmed_is_gone_and_says_where_to_go_on()
    {
        var cluster = new FakeCluster { DroppedThrough = new EventPosition(9, 2) };
        cluster.EmitDown(10);
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        JsonElement problem = await ApiFixture.AssertProblemAsync(await api.Client.GetAsync("/v1/events?after=3.1"), 410, "events-trimmed");
        Assert.Equal("9.2", problem.GetProperty("trimmedThrough").GetString());
        // Who does not say where to begin gets what there is.
        Assert.Single((await api.GetAsync("/v1/events")).GetProperty("events").EnumerateArray());
    }

    [Fact]
    public async Task A_stream_carries_what_was_and_what_comes_in_order()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Cluster.EmitDown(5);
        await using SseReader stream = await SseReader.OpenAsync(api.Client, "/v1/events");
        SseEvent first = await stream.NextAsync();
        Assert.Equal("5.1", first.Id);
        Assert.Equal("cluster.node-down", first.Json().GetProperty("type").GetString());
        api.Cluster.EmitDown(6);
        Assert.Equal("6.1", (await stream.NextAsync()).Id);
    }

    [Fact]
    public async Task A_stream_is_resumed_after_the_last_event_that_was_seen()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        for (ulong index = 5; index < 10; index++)
        {
            api.Cluster.EmitDown(index);
        }

        await using SseReader byHeader = await SseReader.OpenAsync(api.Client, "/v1/events?after=5.1", "7.1");
        Assert.Equal("8.1", (await byHeader.NextAsync()).Id);
        await using SseReader byQuery = await SseReader.OpenAsync(api.Client, "/v1/events?after=8.1");
        Assert.Equal("9.1", (await byQuery.NextAsync()).Id);
        await using SseReader fromNow = await SseReader.OpenAsync(api.Client, "/v1/events?after=now");
        api.Cluster.EmitDown(20);
        Assert.Equal("20.1", (await fromNow.NextAsync()).Id);
    }

    [Fact]
    public async Task A_stream_whose_position_is_trimmed_is_reset_and_goes_on()
    {
        var cluster = new FakeCluster { DroppedThrough = new EventPosition(9, 2) };
        cluster.EmitDown(10);
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        await using SseReader stream = await SseReader.OpenAsync(api.Client, "/v1/events", "3.1");
        SseEvent reset = await stream.NextAsync();
        Assert.Equal("reset", reset.Event);
        Assert.Equal("10.1", reset.Id);
        Assert.Equal("10.1", reset.Json().GetProperty("position").GetString());
        Assert.Equal("9.2", reset.Json().GetProperty("trimmedThrough").GetString());
        cluster.EmitDown(11);
        Assert.Equal("11.1", (await stream.NextAsync()).Id);
    }

    [Fact]
    public async Task A_silent_stream_shows_that_it_lives()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        await using SseReader stream = await SseReader.OpenAsync(api.Client, "/v1/events");
        Assert.Equal("ok", await stream.NextCommentAsync());
        Assert.Equal("still here", await stream.NextCommentAsync());
        Assert.Equal("still here", await stream.NextCommentAsync());
    }

    [Theory]
    [InlineData("text/event-stream", "text/event-stream")]
    [InlineData("text/event-stream, application/json;q=0.5", "text/event-stream")]
    [InlineData("application/json, text/event-stream;q=0.1", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/html", "application/json")]
    public async Task The_accept_header_chooses_between_stream_and_page(string accept, string expected)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using HttpResponseMessage response = await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(expected, response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_position_that_is_none_is_refused_before_the_stream_begins()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", "latest");
        await ApiFixture.AssertProblemAsync(await api.Client.SendAsync(request), 400, "invalid-parameter");
    }

    [Fact]
    public async Task More_streams_than_allowed_are_refused_and_a_closed_one_makes_room()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(limits: ApiFixture.ShortLimits with { Streams = 1 });
        SseReader first = await SseReader.OpenAsync(api.Client, "/v1/events");
        await first.NextCommentAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        await ApiFixture.AssertProblemAsync(await api.Client.SendAsync(request), 503, "too-many-streams");
        await first.DisposeAsync();
        await Eventually.Holds(
            async () =>
            {
                using var again = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
                again.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
                using HttpResponseMessage response = await api.Client.SendAsync(again, HttpCompletionOption.ResponseHeadersRead);
                return response.StatusCode == HttpStatusCode.OK;
            },
            "the closed stream makes room");
    }

    [Fact]
    public async Task A_daemon_that_stops_ends_its_streams_at_once()
    {
        ApiFixture api = await ApiFixture.StartAsync();
        await using SseReader stream = await SseReader.OpenAsync(api.Client, "/v1/events");
        await stream.NextCommentAsync();
        // The web server would otherwise wait three seconds and then cut connections.
        Task stopping = api.DisposeAsync().AsTask();
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
