using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Http;

/// <summary>Talks to one daemon. Every call ends within its deadline, and every failure is a <see cref="CliException"/>.</summary>
internal sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);
    private readonly Endpoint _endpoint;
    private readonly HttpClient _http;

    public ApiClient(Endpoint endpoint)
    {
        _endpoint = endpoint;
        _http = new HttpClient(endpoint.Handler()) { BaseAddress = endpoint.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Reads a document, and its text as it came.</summary>
    public async Task<(T Document, string Text)> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        string text = await SendAsync(request, cancellation).ConfigureAwait(false);
        return (Read(text, type), text);
    }

    public async Task<(TAnswer Document, string Text)> PostAsync<TBody, TAnswer>(
        string path,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<TAnswer> answerType,
        string? idempotencyKey,
        CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(JsonSerializer.Serialize(body, bodyType), Encoding.UTF8, "application/json"),
        };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        string text = await SendAsync(request, cancellation).ConfigureAwait(false);
        return (Read(text, answerType), text);
    }

    /// <summary>Sends a document by any method.</summary>
    public async Task<(TAnswer Document, string Text)> SendAsync<TBody, TAnswer>(
        HttpMethod method,
        string path,
        TBody body,
        JsonTypeInfo<TBody> bodyType,
        JsonTypeInfo<TAnswer> answerType,
        CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = new StringContent(JsonSerializer.Serialize(body, bodyType), Encoding.UTF8, "application/json"),
        };
        string text = await SendAsync(request, cancellation).ConfigureAwait(false);
        return (Read(text, answerType), text);
    }

    public async Task<(T Document, string Text)> DeleteAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        string text = await SendAsync(request, cancellation).ConfigureAwait(false);
        return (Read(text, type), text);
    }

    /// <summary>Opens the event stream.</summary>
    /// <param name="after">The position after which it begins; null for all that are retained.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<HttpResponseMessage> StreamAsync(string? after, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        request.Headers.Add("Accept", "text/event-stream");
        if (after is not null and not "now")
        {
            request.Headers.Add("Last-Event-ID", after);
        }
        else if (after is not null)
        {
            request.RequestUri = new Uri("/v1/events?after=now", UriKind.Relative);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Deadline);
        HttpResponseMessage response = await ReachAsync(
            () => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token), cancellation).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        string text = await response.Content.ReadAsStringAsync(limit.Token).ConfigureAwait(false);
        HttpStatusCode status = response.StatusCode;
        response.Dispose();
        throw Problem(status, text);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Deadline);
        return await ReachAsync(
            async () =>
            {
                using HttpResponseMessage response = await _http.SendAsync(request, limit.Token).ConfigureAwait(false);
                string text = await response.Content.ReadAsStringAsync(limit.Token).ConfigureAwait(false);
                return response.IsSuccessStatusCode ? text : throw Problem(response.StatusCode, text);
            },
            cancellation).ConfigureAwait(false);
    }

    private async Task<T> ReachAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(
                ExitCode.Unreachable, $"The daemon at {_endpoint.Text} did not answer within {Deadline.TotalSeconds:0} s. Look at its log and at the machine.");
        }
        catch (HttpRequestException error)
        {
            // Connecting to a socket that is not there is told in words that lead nowhere.
            string why = _endpoint.SocketPath is { } path && !File.Exists(path)
                ? "there is no such socket"
                : error.InnerException?.Message ?? error.Message;
            throw new CliException(
                ExitCode.Unreachable,
                $"The daemon at {_endpoint.Text} can't be reached: {why}. "
                    + $"See that clusterd runs there, or name another place with --endpoint or {Endpoint.Variable}.");
        }
    }

    private T Read<T>(string text, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw NotADaemon();
        }
        catch (JsonException)
        {
            throw NotADaemon();
        }
    }

    private CliException Problem(HttpStatusCode status, string text)
    {
        try
        {
            if (JsonSerializer.Deserialize(text, ApiJson.Default.ProblemDocument) is { } problem)
            {
                return new CliException(ExitCode.Refused, $"{problem.Title}: {problem.Detail}") { Document = text };
            }
        }
        catch (JsonException)
        {
            // Not from a daemon of ours.
        }

        return new CliException(
            ExitCode.Unreachable, $"What answers at {_endpoint.Text} (status {(int)status}) is no clusterd. Name the right place with --endpoint.");
    }

    private CliException NotADaemon() =>
        new(ExitCode.Unreachable, $"What answers at {_endpoint.Text} is no clusterd of this version. Name the right place with --endpoint.");
}
