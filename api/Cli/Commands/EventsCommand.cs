using System.CommandLine;
using System.Text.Json;
using Cluster.Api.Cli.Http;
using Cluster.Api.Cli.Output;

namespace Cluster.Api.Cli.Commands;

/// <summary><c>clusterctl events [--after POSITION] [-f]</c>.</summary>
internal sealed class EventsCommand(CommonOptions common, CliConsole console)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Option<string?> _after = new("--after", "-a")
    {
        Description = "Only events after this position; 'now' for those still to come. Otherwise all that are retained.",
        HelpName = "POSITION",
    };

    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on with events as they come; end with Ctrl-C." };

    public Command Build()
    {
        var command = new Command("events", "Show the cluster's events, in the order that is the same on every node.") { _after, _follow };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        using ApiClient api = common.Connect(result, console);
        bool json = result.GetValue(common.Json);
        string? after = result.GetValue(_after);
        if (!result.GetValue(_follow))
        {
            await PagesAsync(api, after, json, cancellation).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        try
        {
            await FollowAsync(api, after, json, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C is how following ends.
        }

        return ExitCode.Ok;
    }

    private async Task PagesAsync(ApiClient api, string? after, bool json, CancellationToken cancellation)
    {
        while (true)
        {
            string query = after is null ? "" : $"&after={Uri.EscapeDataString(after)}";

            // Read as plain JSON: events of a kind that this version does not know are shown all the same.
            (JsonElement page, _) = await api
                .GetAsync($"/v1/events?limit=1000{query}", EventJson.Default.JsonElement, cancellation).ConfigureAwait(false);
            JsonElement events = page.GetProperty("events");
            foreach (JsonElement each in events.EnumerateArray())
            {
                await ShowAsync(each, json).ConfigureAwait(false);
            }

            if (events.GetArrayLength() == 0)
            {
                return;
            }

            after = page.GetProperty("next").GetString();
        }
    }

    /// <summary>Follows the stream; when it breaks, resumes it after the last event seen.</summary>
    private async Task FollowAsync(ApiClient api, string? after, bool json, CancellationToken cancellation)
    {
        bool connected = false;
        while (true)
        {
            try
            {
                using HttpResponseMessage response = await api.StreamAsync(after, cancellation).ConfigureAwait(false);
                connected = true;
                var stream = new SseStream(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), Patience);
                await foreach (SseMessage message in stream.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    after = message.Id ?? after;
                    using JsonDocument document = JsonDocument.Parse(message.Data);
                    if (message.Event == "reset")
                    {
                        await console.Error.WriteLineAsync(
                            $"Events up to {document.RootElement.GetProperty("trimmedThrough").GetString()} are not retained any more; going on after {after}.").ConfigureAwait(false);
                    }
                    else if (message.Event == "behind")
                    {
                        await console.Error.WriteLineAsync($"Events came faster than they were read; reading again after {after}.").ConfigureAwait(false);
                    }
                    else
                    {
                        await ShowAsync(document.RootElement, json).ConfigureAwait(false);
                    }
                }
            }
            catch (Exception error) when (connected && error is CliException { Code: ExitCode.Unreachable } or IOException or HttpRequestException)
            {
                await console.Error.WriteLineAsync("The stream broke; trying again.").ConfigureAwait(false);
            }

            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }

    private async Task ShowAsync(JsonElement cloudEvent, bool json)
    {
        await console.Out.WriteLineAsync(json ? cloudEvent.GetRawText() : EventLine.Of(cloudEvent)).ConfigureAwait(false);
        await console.Out.FlushAsync().ConfigureAwait(false);
    }
}
