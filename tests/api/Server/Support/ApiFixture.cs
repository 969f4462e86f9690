using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cluster.Api.Server.Configuration;
using Cluster.Api.Server.Hosting;
using Cluster.Api.Server.Http;
using Cluster.Api.Server.Joining;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Cluster.Api.Server.Tests.Support;

/// <summary>The real web application on an ephemeral loopback port and a Unix socket, over a cluster of the test's own.</summary>
internal sealed class ApiFixture : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private ApiFixture(WebApplication app, string folder, FakeCluster cluster)
    {
        _app = app;
        _folder = folder;
        Cluster = cluster;
        Address = new Uri(app.Urls.First(url => url.StartsWith("http://127.", StringComparison.Ordinal)));
        Client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public FakeCluster Cluster { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public string SocketPath => Path.Combine(_folder, "api.sock");

    public IServiceProvider Services => _app.Services;

    /// <summary>Limits short enough for tests that wait for them to pass.</summary>
    public static ApiLimits ShortLimits { get; } = new()
    {
        LeaderWait = TimeSpan.FromMilliseconds(200),
        LeaderPoll = TimeSpan.FromMilliseconds(10),
        CommitWait = TimeSpan.FromMilliseconds(200),
        KeepAlive = TimeSpan.FromMilliseconds(50),
    };

    public static async Task<ApiFixture> StartAsync(
        FakeCluster? cluster = null, ApiLimits? limits = null, JoinMaterial? material = null, LeaveOrder? leaving = null)
    {
        cluster ??= new FakeCluster();
        string folder = Directory.CreateTempSubdirectory("api-").FullName;
        var api = new ApiConfiguration(
            new IPEndPoint(IPAddress.Loopback, 0), new Uri("http://node-one.example:7201"), Path.Combine(folder, "api.sock"), false);
        WebApplication app = ApiHost.Build(api, cluster, limits ?? ShortLimits, logging => logging.SetMinimumLevel(LogLevel.None), material, leaving);
        await app.StartAsync();
        return new ApiFixture(app, folder, cluster);
    }

    public HttpClient SocketClient() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
    };

    public async Task<JsonElement> GetAsync(string path)
    {
        using HttpResponseMessage response = await Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await JsonAsync(response);
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null) => Client.SendAsync(new HttpRequestMessage(method, path)
    {
        Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
    });

    public Task<HttpResponseMessage> PostAsync(string path, string body, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return Client.SendAsync(request);
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    /// <summary>The answer is a whole problem document of this kind.</summary>
    public static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage response, int status, string type)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = await JsonAsync(response);
        Assert.Equal($"urn:cluster:problem:{type}", problem.GetProperty("type").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.True(problem.GetProperty("detail").GetString()!.Length > 20, "the detail says too little");
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
