using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Cluster.Api.Server.Tests.Support;

/// <summary>A cluster of real <c>clusterd</c> processes without fence devices, asked over their Unix sockets.</summary>
internal sealed class ProcessNodes : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clusterd-").FullName;
    private readonly string _list;
    private readonly ClusterdProcess?[] _processes;
    private readonly HttpClient[] _clients;

    public ProcessNodes(int count)
    {
        IReadOnlyList<int> ports = FreePorts.Take(count);
        _list = string.Join('\n', ports.Select((port, at) => $$"""  - { id: {{at + 1}}, name: n{{at + 1}}, address: "127.0.0.1:{{port}}" }"""));
        _processes = new ClusterdProcess?[count];
        _clients = [.. Enumerable.Range(0, count).Select(Client)];
    }

    /// <summary>Lines added to every configuration file.</summary>
    public string Extra { get; init; } = "";

    /// <summary>Where everything lies; gone at the end.</summary>
    public string Folder => _folder;

    /// <summary>The socket of a node's API.</summary>
    public string SocketOf(int at) => Path.Combine(_folder, $"n{at + 1}.sock");

    /// <summary>The folder of a node's log.</summary>
    public string DataOf(int at) => Path.Combine(_folder, $"n{at + 1}");

    public ClusterdProcess this[int at] => _processes[at] ?? throw new InvalidOperationException($"n{at + 1} was not started");

    public async Task StartAsync(params int[] which)
    {
        foreach (int at in which)
        {
            _processes[at]?.Dispose();
            _processes[at] = ClusterdProcess.Start("--config", Configure(at));
        }

        foreach (int at in which)
        {
            await this[at].ReadyAsync();
        }
    }

    /// <summary>Waits until what a node tells of the cluster fits.</summary>
    public async Task<JsonElement> UntilAsync(int at, string what, Func<JsonElement, bool> fits)
    {
        JsonElement last = default;
        await Eventually.Holds(
            async () =>
            {
                using HttpResponseMessage response = await _clients[at].GetAsync(new Uri("/v1/cluster", UriKind.Relative));
                last = await ApiFixture.JsonAsync(response);
                return fits(last);
            },
            $"{what} at n{at + 1}",
            () => last.ValueKind == JsonValueKind.Undefined ? "nothing was told" : last.GetRawText());
        return last;
    }

    public Task<JsonElement> AllUpAsync(int at) => UntilAsync(
        at,
        "everybody is up under a leader",
        cluster => Leader(cluster) >= 0 && cluster.GetProperty("nodes").EnumerateArray().All(node => node.GetProperty("state").GetString() == "up"));

    /// <summary>The leader's place in the list; -1 for none.</summary>
    public static int Leader(JsonElement cluster) =>
        cluster.GetProperty("quorum").TryGetProperty("leader", out JsonElement leader) && leader.GetString() is { } name ? name[1] - '1' : -1;

    public async Task<string> GetAsync(int at, string path) => await _clients[at].GetStringAsync(new Uri(path, UriKind.Relative));

    public async Task<HttpResponseMessage> PostAsync(int at, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _clients[at].PostAsync(new Uri(path, UriKind.Relative), content);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ClusterdProcess process in _processes.OfType<ClusterdProcess>())
        {
            process.Dispose();
        }

        Array.ForEach(_clients, client => client.Dispose());
        await Task.Run(() => Directory.Delete(_folder, recursive: true));
    }

    private string Configure(int at)
    {
        string name = $"n{at + 1}";
        string file = Path.Combine(_folder, $"{name}.yaml");
        File.WriteAllText(file, $$"""
            cluster: test
            node: {{name}}
            nodes:
            {{_list}}
            dataDirectory: ./{{name}}/data
            peerTls: plain
            api: { listen: "127.0.0.1:0", socket: ./{{name}}.sock }
            members: { socket: ./{{name}}-m.sock }
            logLevel: warning
            {{Extra}}
            """);
        return file;
    }

    private HttpClient Client(int at)
    {
        string socketPath = Path.Combine(_folder, $"n{at + 1}.sock");
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri("http://localhost"), Timeout = TimeSpan.FromSeconds(15) };
    }
}
