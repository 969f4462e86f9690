using System.ComponentModel;
using System.Globalization;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Settings;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Microsoft.AspNetCore.Http.HttpResults;
using Form = Cluster.Membership.Protocol.Settings;

namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>The settings of the whole cluster: reading, changing, and what changed when.</summary>
internal static class SettingsEndpoints
{
    public static void MapSettings(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/settings", GetAsync)
            .WithName("getSettings").WithTags("settings")
            .WithSummary("The settings of the whole cluster")
            .WithDescription("What is in force, what was said, which version, by whom and when. The ETag is the version.")
            .AnswersProblems(503);
        routes.MapPatch("/v1/settings", ChangeAsync)
            .WithName("changeSettings").WithTags("settings")
            .WithSummary("Change the settings, or see what a change would do")
            .WithDescription("What is in force afterwards is checked as a whole, with the arithmetic in the answer, and comes into force on all nodes at once, "
                + "without a restart. With If-Match or 'basedOn' it is refused when another change came first.")
            .Accepts<SettingsChangeRequest>("application/json")
            .AnswersProblems(400, 409, 412, 413, 415, 503)
            .WithMetadata(new RequestHeaderMetadata("If-Match", "The version, in quotes, that the change is made from."));
        routes.MapGet("/v1/settings/history", HistoryAsync)
            .WithName("getSettingsHistory").WithTags("settings")
            .WithSummary("The changes of settings that are retained")
            .WithDescription("Oldest first: who, when, and which values became others.")
            .AnswersProblems(503);
    }

    private static async Task<Ok<SettingsDocument>> GetAsync(HttpResponse response, ICluster cluster, CancellationToken cancellation)
    {
        (SettingsView view, NodeNumbers nodes) = await cluster.ReadSettingsAsync(cancellation).ConfigureAwait(false);
        response.Headers.ETag = Tag(view.Version);
        return TypedResults.Ok(SettingsMap.Document(view, nodes));
    }

    private static async Task<Ok<SettingsChangeDocument>> ChangeAsync(
        HttpRequest request,
        ICluster cluster,
        ClusterWriter writer,
        [Description("true: nothing is changed; the answer says what would be.")] string? dryRun,
        CancellationToken cancellation)
    {
        SettingsChangeRequest body = await RequestBody.ReadAsync(
            request, ApiJson.Default.SettingsChangeRequest, """{"who":"your name","set":{"timing":{"profile":"fast"}},"reset":["timing.leaseMs"]}""").ConfigureAwait(false);
        bool dry = QueryValues.Flag(dryRun, "dryRun");
        string who = RequestBody.Who(body.Who);
        (SettingsView view, NodeNumbers nodes) = await cluster.ReadSettingsAsync(cancellation).ConfigureAwait(false);
        ulong basedOn = BasedOn(request, body) ?? view.Version;
        if (basedOn != view.Version)
        {
            throw Problems.ChangedMeanwhile(basedOn, view.Version, view.Who);
        }

        Form wanted = Wanted(body, view, nodes);
        var after = new SettingsView(view.Version + 1, ClusterSettings.From(wanted), wanted, who, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        if (!dry && !wanted.Equals(view.Given))
        {
            var change = new SettingsChange { BasedOn = basedOn, Settings = wanted, Who = who };
            await SubmitAsync(change, cluster, writer, cancellation).ConfigureAwait(false);
            (after, nodes) = await cluster.ReadSettingsAsync(cancellation).ConfigureAwait(false);
        }
        else if (!dry)
        {
            after = view;
        }

        SettingsDocument document = SettingsMap.Document(after, nodes);
        request.HttpContext.Response.Headers.ETag = Tag(dry ? view.Version : after.Version);
        return TypedResults.Ok(new SettingsChangeDocument(
            dry, SettingsKeys.Differences(SettingsMap.Document(view, nodes).Values, document.Values), document));
    }

    private static async Task SubmitAsync(SettingsChange change, ICluster cluster, ClusterWriter writer, CancellationToken cancellation)
    {
        try
        {
            await writer.SubmitAsync("Changing the settings", new Command { SettingsChange = change }, cancellation).ConfigureAwait(false);
        }
        catch (ProblemException problem) when (problem.Type == ProblemTypes.Conflict)
        {
            (SettingsView now, _) = await cluster.ReadSettingsAsync(cancellation).ConfigureAwait(false);
            throw Problems.ChangedMeanwhile(change.BasedOn, now.Version, now.Who);
        }
    }

    private static Form Wanted(SettingsChangeRequest body, SettingsView view, NodeNumbers nodes)
    {
        if (body.Set is null && body.Reset is not { Count: > 0 })
        {
            throw Problems.InvalidBody("Neither 'set' nor 'reset' says anything. Name what is to be changed, e.g. {\"set\":{\"timing\":{\"profile\":\"fast\"}}}.");
        }

        SettingsValues given = SettingsKeys.Without(SettingsMap.Given(view.Given, nodes), body.Reset ?? [], out string? unknown);
        if (unknown is not null)
        {
            throw Problems.InvalidBody($"'reset' names '{Problems.Shown(unknown)}', which is no setting. Write names as GET /v1/settings has them, e.g. timing.leaseMs.");
        }

        Form wanted = SettingsMap.Form(SettingsKeys.With(given, body.Set ?? new SettingsValues()), nodes);
        IReadOnlyList<string> problems = SettingsRules.Validate(wanted);
        return problems.Count == 0 ? wanted : throw Problems.InvalidSettings(string.Join("; ", problems));
    }

    private static async Task<Ok<SettingsHistory>> HistoryAsync(ICluster cluster, CancellationToken cancellation)
    {
        (_, NodeNumbers nodes) = await cluster.ReadSettingsAsync(cancellation).ConfigureAwait(false);
        SettingsValues before = SettingsMap.Values(ClusterSettings.Default, "", nodes);
        var entries = new List<SettingsHistoryEntry>();
        foreach (SettingsView view in await cluster.ReadSettingsHistoryAsync(cancellation).ConfigureAwait(false))
        {
            SettingsDocument document = SettingsMap.Document(view, nodes);
            entries.Add(new SettingsHistoryEntry(view.Version, view.Who, document.ChangedAt ?? DateTime.UnixEpoch, SettingsKeys.Differences(before, document.Values)));
            before = document.Values;
        }

        return TypedResults.Ok(new SettingsHistory(entries));
    }

    private static string Tag(ulong version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    private static ulong? BasedOn(HttpRequest request, SettingsChangeRequest body)
    {
        string header = request.Headers.IfMatch.ToString();
        if (header.Length == 0)
        {
            return body.BasedOn;
        }

        return ulong.TryParse(header.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out ulong version) && (body.BasedOn ?? version) == version
            ? version
            : throw Problems.InvalidParameter(
                $"If-Match: {Problems.Shown(header)} makes no sense; write the version in quotes as the ETag of GET /v1/settings has it, and the same in 'basedOn' or nothing.");
    }
}
