using System.Net;
using System.Text.Json;
using Cluster.Api.Contract;
using Cluster.Api.Server.Tests.Support;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Tests;

public sealed class WritingTests
{
    private const string Body = """{"reason":"smoke in the rack"}""";

    [Fact]
    public async Task Fencing_is_accepted_with_the_operation_and_where_to_find_it()
    {
        Command? sent = null;
        var cluster = new FakeCluster();
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        cluster.OnSubmit = (command, _) =>
        {
            sent = command;
            cluster.OnSubmit = null;
            return cluster.SubmitAsync(command, default);
        };
        using HttpResponseMessage response = await api.PostAsync("/v1/nodes/n3/fence", """{"reason":" smoke ","kind":"off"}""", "key-1");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("/v1/fencing/operations/41", response.Headers.Location?.ToString());
        JsonElement operation = await ApiFixture.JsonAsync(response);
        Assert.Equal("seeking-evidence", operation.GetProperty("phase").GetString());
        Assert.Equal(
            new FenceOpen { Node = 3, Kind = Membership.Protocol.FenceKind.Off, Reason = "smoke", Requester = "operator", IdempotencyKey = "key-1" },
            sent!.FenceOpen);
        await api.GetAsync(response.Headers.Location!.ToString());
    }

    [Fact]
    public async Task Without_a_kind_a_node_is_rebooted()
    {
        FenceOpen? open = null;
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Cluster.OnSubmit = (command, _) =>
        {
            open = command.FenceOpen;
            return Task.FromResult(new CommandOutcome(OutcomeCode.Accepted, 1, api.Cluster.AddOperation("n3", FenceOperationPhase.SeekingEvidence).Id, ""));
        };
        using HttpResponseMessage response = await api.PostAsync("/v1/nodes/n3/fence", Body);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(Membership.Protocol.FenceKind.Reboot, open!.Kind);
    }

    [Fact]
    public async Task The_same_key_and_body_find_the_same_operation()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage first = await api.PostAsync("/v1/nodes/n3/fence", Body, "key-1");
        using HttpResponseMessage second = await api.PostAsync("/v1/nodes/n3/fence", Body, "key-1");
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Single(api.Cluster.Operations);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_a_conflict()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage first = await api.PostAsync("/v1/nodes/n3/fence", Body, "key-1");
        await ApiFixture.AssertProblemAsync(
            await api.PostAsync("/v1/nodes/n3/fence", """{"reason":"another"}""", "key-1"), 409, "idempotency-key-reused");
        await ApiFixture.AssertProblemAsync(await api.PostAsync("/v1/nodes/n2/fence", Body, "key-1"), 409, "idempotency-key-reused");
        Assert.Single(api.Cluster.Operations);
    }

    [Theory]
    [InlineData(OutcomeCode.WouldLoseQuorum, 409, "would-lose-quorum")]
    [InlineData(OutcomeCode.WrongState, 409, "wrong-state")]
    [InlineData(OutcomeCode.Stale, 409, "stale")]
    [InlineData(OutcomeCode.NotProvenStopped, 409, "not-proven-stopped")]
    [InlineData(OutcomeCode.Conflict, 409, "conflict")]
    [InlineData(OutcomeCode.UnknownNode, 404, "unknown-node")]
    [InlineData(OutcomeCode.Malformed, 400, "invalid-body")]
    public async Task A_refusal_becomes_its_problem(OutcomeCode code, int status, string type)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Cluster.OnSubmit = (_, _) => Task.FromResult(new CommandOutcome(code, 9, 0, "the reason of the core"));
        JsonElement problem = await ApiFixture.AssertProblemAsync(await api.PostAsync("/v1/nodes/n3/fence", Body), status, type);
        Assert.Contains("the reason of the core", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("/v1/nodes/n3/fence", problem.GetProperty("instance").GetString());
    }

    [Fact]
    public async Task Without_a_leader_nothing_is_handed_in_and_the_answer_is_no_quorum()
    {
        var cluster = new FakeCluster { Quorate = false, Leader = null };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        using HttpResponseMessage response = await api.PostAsync("/v1/nodes/n3/fence", Body);
        JsonElement problem = await ApiFixture.AssertProblemAsync(response, 503, "no-quorum");
        Assert.Contains("Nothing was done", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(0, cluster.Submitted);
    }

    [Fact]
    public async Task A_leader_that_appears_while_the_request_waits_gets_it()
    {
        var cluster = new FakeCluster { Quorate = false, Leader = null };
        await using ApiFixture api = await ApiFixture.StartAsync(
            cluster, ApiFixture.ShortLimits with { LeaderWait = TimeSpan.FromSeconds(20), CommitWait = TimeSpan.FromSeconds(20) });
        Task<HttpResponseMessage> waiting = api.PostAsync("/v1/nodes/n3/fence", Body);
        cluster.Quorate = true;
        using HttpResponseMessage response = await waiting;
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Theory]
    [InlineData(true, "not-committed")]
    [InlineData(false, "no-quorum")]
    public async Task A_command_that_is_not_committed_in_time_says_that_its_outcome_is_open(bool quorateAfter, string type)
    {
        var cluster = new FakeCluster();
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        cluster.OnSubmit = async (_, cancellation) =>
        {
            cluster.Quorate = quorateAfter;
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException("never comes here");
        };
        JsonElement problem = await ApiFixture.AssertProblemAsync(await api.PostAsync("/v1/nodes/n3/fence", Body), 503, type);
        Assert.Contains("may still take effect", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_humans_word_is_recorded_with_the_name_and_the_life_that_was_seen()
    {
        Command? sent = null;
        var cluster = new FakeCluster();
        cluster.Nodes[2] = cluster.Nodes[2] with { State = NodeState.Down };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        cluster.OnSubmit = (command, _) =>
        {
            sent = command;
            cluster.OnSubmit = null;
            return cluster.SubmitAsync(command, default);
        };
        using HttpResponseMessage response = await api.PostAsync(
            "/v1/nodes/n3/confirm-fenced", """{"who":"Ada","note":"plug pulled","node":"n3"}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonElement node = await ApiFixture.JsonAsync(response);
        Assert.Equal("confirmed-by-human", node.GetProperty("evidence").GetString());
        Assert.Equal("Ada", node.GetProperty("confirmedBy").GetString());
        Assert.Equal(new FenceConfirm { Node = 3, Incarnation = 13, Who = "Ada", Note = "plug pulled" }, sent!.FenceConfirm);
    }

    [Theory]
    [InlineData("""{"note":"x","node":"n3"}""")]
    [InlineData("""{"who":"  ","node":"n3"}""")]
    [InlineData("""{"who":"Ada","node":"n2"}""")]
    [InlineData("""{"who":"Ada"}""")]
    [InlineData("""{"who":"A\u001bda","node":"n3"}""")]
    public async Task A_humans_word_without_name_or_typed_confirmation_changes_nothing(string body)
    {
        var cluster = new FakeCluster();
        cluster.Nodes[2] = cluster.Nodes[2] with { State = NodeState.Down };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        await ApiFixture.AssertProblemAsync(await api.PostAsync("/v1/nodes/n3/confirm-fenced", body), 400, "invalid-body");
        Assert.Equal(0, cluster.Submitted);
    }

    [Fact]
    public async Task A_humans_word_about_a_living_node_is_refused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        await ApiFixture.AssertProblemAsync(
            await api.PostAsync("/v1/nodes/n3/confirm-fenced", """{"who":"Ada","node":"n3"}"""), 409, "wrong-state");
    }
}
