using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cluster.Api.Server.Configuration;
using Cluster.Api.Server.Hosting;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Server.Tests;

/// <summary>The whole daemon, as one node of a cluster of one and of three, over the real runtime and disk.</summary>
public sealed class DaemonTests
{
    [Fact]
    public async Task A_node_joins_serves_over_both_ways_and_leaves_in_order()
    {
        await using Nodes nodes = await Nodes.StartAsync(1);
        await nodes.ReadyAsync(0);

        // A machine that stalls may lose the lead for a moment; a single node finds it again.
        await Eventually.Holds(
            async () =>
            {
                JsonElement cluster = await nodes.GetAsync(0, "/v1/cluster");
                JsonElement quorum = cluster.GetProperty("quorum");
                return cluster.GetProperty("healthy").GetBoolean()
                    && quorum.GetProperty("lease").GetProperty("held").GetBoolean()
                    && quorum.GetProperty("role").GetString() == "leader";
            },
            "the only node leads, is healthy and holds its lease");
        JsonElement page = await nodes.GetAsync(0, "/v1/events");
        Assert.Equal("cluster.node-up", page.GetProperty("events")[0].GetProperty("type").GetString());
        await nodes.StopAsync(0);
        Assert.False(File.Exists(nodes.ApiSocket(0)), "the socket is removed");
    }

    [Fact]
    public async Task Fencing_the_last_quorate_majority_is_refused_on_every_node()
    {
        await using Nodes nodes = await Nodes.StartAsync(1);
        await nodes.ReadyAsync(0);
        await ApiFixture.AssertProblemAsync(
            await nodes.PostAsync(0, "/v1/nodes/n1/fence", """{"reason":"test"}"""), 409, "would-lose-quorum");
    }

    [Fact]
    public async Task A_write_on_any_node_reaches_the_leader_and_every_node_tells_the_same()
    {
        await using Nodes nodes = await Nodes.StartAsync(3);
        for (int at = 0; at < 3; at++)
        {
            await nodes.ReadyAsync(at);
        }

        JsonElement quorum = await nodes.GetAsync(0, "/v1/quorum");
        string leader = quorum.GetProperty("leader").GetString()!;
        string[] followers = [.. new[] { "n1", "n2", "n3" }.Where(name => name != leader)];
        int through = followers[0][1] - '1';
        using HttpResponseMessage response = await nodes.PostAsync(through, $"/v1/nodes/{followers[1]}/fence", """{"reason":"test"}""");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        string url = response.Headers.Location!.ToString();
        foreach (int at in new[] { through, leader[1] - '1' })
        {
            await Eventually.Holds(
                async () =>
                {
                    using HttpResponseMessage found = await nodes.Client(at).GetAsync(url);
                    return found.StatusCode == HttpStatusCode.OK;
                },
                $"node {at + 1} knows the operation");
        }

        // Its daemon lives and joins anew; what counts is that this life was ended, and that every node tells it alike.
        string[] told = [await DownAsync(nodes, through, followers[1]), await DownAsync(nodes, leader[1] - '1', followers[1])];
        Assert.Equal(told[0], told[1]);
    }

    [Fact]
    public async Task A_humans_word_for_a_crashed_node_that_no_device_can_stop_is_recorded()
    {
        await using Nodes nodes = await Nodes.StartAsync(3, started: 2);
        using (ClusterdProcess third = ClusterdProcess.Start("--config", nodes.Configure(2), "--log-level", "error"))
        {
            await third.ReadyAsync();
            await Eventually.Holds(
                async () => (await nodes.GetAsync(0, "/v1/nodes/n3")).GetProperty("state").GetString() == "up",
                "n3 is up");
            third.Crash();
        }

        await Eventually.Holds(
            async () => (await nodes.GetAsync(0, "/v1/nodes/n3")).GetProperty("state").GetString() == "down",
            "n3 is down");
        await Eventually.Holds(
            async () => (await nodes.GetAsync(0, "/v1/cluster"))
                .GetProperty("attention").GetRawText().Contains("clusterctl confirm n3", StringComparison.Ordinal),
            "the advice is to confirm");
        using HttpResponseMessage response = await nodes.PostAsync(1, "/v1/nodes/n3/confirm-fenced", """{"who":"Ada","node":"n3"}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonElement node = await ApiFixture.JsonAsync(response);
        Assert.Equal("fenced", node.GetProperty("state").GetString());
        Assert.Equal("confirmed-by-human", node.GetProperty("evidence").GetString());
        Assert.Equal("Ada", node.GetProperty("confirmedBy").GetString());
    }

    [Fact]
    public async Task Without_a_majority_a_write_is_refused_within_a_few_seconds()
    {
        await using Nodes nodes = await Nodes.StartAsync(3, started: 1);
        await ApiFixture.AssertProblemAsync(await nodes.Client(0).GetAsync("/healthz/ready"), 503, "not-ready");
        using HttpResponseMessage response = await nodes.PostAsync(0, "/v1/nodes/n2/fence", """{"reason":"test"}""")
            .WaitAsync(TimeSpan.FromSeconds(15));
        await ApiFixture.AssertProblemAsync(response, 503, "no-quorum");
    }

    [Fact]
    public async Task The_program_says_ready_and_ends_in_order_when_it_is_asked_to()
    {
        await using Nodes nodes = await Nodes.StartAsync(1, started: 0);
        using ClusterdProcess process = ClusterdProcess.Start("--config", nodes.Configure(0));
        await process.ReadyAsync();
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
            File.GetUnixFileMode(nodes.ApiSocket(0)));
        process.Terminate();
        (int code, string log) = await process.EndAsync();
        Assert.True(code == 0, log);
        Assert.False(File.Exists(nodes.ApiSocket(0)), "the socket is removed");
    }

    [Theory]
    [InlineData("--config", "/nowhere/n1.yaml")]
    [InlineData("--conf", "/nowhere/n1.yaml")]
    public async Task Wrong_usage_and_configuration_end_the_program_with_2_and_no_stack_trace(params string[] args)
    {
        using ClusterdProcess process = ClusterdProcess.Start(args);
        (int code, string error) = await process.EndAsync();
        Assert.Equal(2, code);
        Assert.NotEmpty(error);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_port_that_is_taken_ends_the_program_with_what_to_do_and_no_stack_trace()
    {
        await using Nodes nodes = await Nodes.StartAsync(1, started: 0);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string file = nodes.Configure(0);
        string text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace("127.0.0.1:0", $"127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}", StringComparison.Ordinal));
        using ClusterdProcess process = ClusterdProcess.Start("--config", file);
        (int code, string error) = await process.EndAsync();
        Assert.Equal(1, code);
        Assert.Contains("the API can't listen on 127.0.0.1", error, StringComparison.Ordinal);
        Assert.Contains("Give api.listen", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fence_device_that_is_configured_wrongly_is_named_with_its_line()
    {
        await using Nodes nodes = await Nodes.StartAsync(1, started: 0);
        string file = nodes.Configure(0);
        int lines = (await File.ReadAllLinesAsync(file)).Length;
        await File.AppendAllTextAsync(file, "\nfencing:\n  devices:\n    - { name: bmc, agent: nonesuch, targets: [n1] }\n");
        string message = Assert.Throws<ConfigurationException>(() => Daemon.Create(ConfigurationFile.Load(file))).Message;
        Assert.StartsWith($"{file}:{lines + 3}: fencing.devices: Fence device 'bmc'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_on_which_somebody_listens_is_left_alone()
    {
        string folder = Directory.CreateTempSubdirectory("sock-").FullName;
        string path = Path.Combine(folder, "a.sock");
        using (var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            string message = Assert.Throws<IOException>(() => SocketFile.Prepare(path)).Message;
            Assert.Contains("another process listens", message, StringComparison.Ordinal);
            Assert.True(File.Exists(path));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "text"), "not a socket");
        Assert.Throws<IOException>(() => SocketFile.Prepare(Path.Combine(folder, "text")));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> DownAsync(Nodes nodes, int at, string name)
    {
        string? id = null;
        await Eventually.Holds(
            async () =>
            {
                JsonElement page = await nodes.GetAsync(at, "/v1/events");
                id = page.GetProperty("events").EnumerateArray()
                    .Where(each => each.GetProperty("type").GetString() == "cluster.node-down")
                    .Where(each => each.GetProperty("subject").GetString() == $"nodes/{name}")
                    .Select(each => each.GetProperty("id").GetString())
                    .FirstOrDefault();
                return id is not null;
            },
            $"node {at + 1} tells that {name} is down");
        return id!;
    }

    private sealed class Nodes : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("clusterd-").FullName;
        private string _list = "";
        private readonly List<(Daemon Daemon, Task Run, TaskCompletionSource Stop, HttpClient Client)> _running = [];

        public static async Task<Nodes> StartAsync(int count, int? started = null)
        {
            var nodes = new Nodes();
            IReadOnlyList<int> ports = FreePorts.Take(count);
            nodes._list = string.Join('\n', ports.Select((port, at) => $$"""  - { id: {{at + 1}}, name: n{{at + 1}}, address: "127.0.0.1:{{port}}" }"""));
            for (int at = 0; at < (started ?? count); at++)
            {
                await nodes.StartOneAsync(at);
            }

            return nodes;
        }

        public string ApiSocket(int at) => Path.Combine(_folder, $"n{at + 1}.sock");

        public HttpClient Client(int at) => _running[at].Client;

        public async Task<JsonElement> GetAsync(int at, string path)
        {
            using HttpResponseMessage response = await Client(at).GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return await ApiFixture.JsonAsync(response);
        }

        public Task<HttpResponseMessage> PostAsync(int at, string path, string body) =>
            Client(at).PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

        public Task ReadyAsync(int at) => Eventually.Holds(
            async () =>
            {
                using HttpResponseMessage response = await Client(at).GetAsync("/healthz/ready");
                return response.StatusCode == HttpStatusCode.OK;
            },
            $"node {at + 1} is ready");

        public async Task StopAsync(int at)
        {
            _running[at].Stop.TrySetResult();
            await _running[at].Run.WaitAsync(TimeSpan.FromSeconds(30));
        }

        public async ValueTask DisposeAsync()
        {
            await Task.WhenAll(_running.Select((_, at) => StopAsync(at)));
            foreach ((Daemon daemon, _, _, HttpClient client) in _running)
            {
                client.Dispose();
                await daemon.DisposeAsync();
            }

            Directory.Delete(_folder, recursive: true);
        }

        /// <summary>Writes a node's configuration file.</summary>
        public string Configure(int at)
        {
            string name = $"n{at + 1}";
            string file = Path.Combine(_folder, $"{name}.yaml");
            File.WriteAllText(file, $$"""
                cluster: test
                node: {{name}}
                nodes:
                {{_list}}
                dataDirectory: ./{{name}}
                peerTls: plain
                api: { listen: "127.0.0.1:0", socket: ./{{name}}.sock }
                members: { socket: ./{{name}}-m.sock }
                logLevel: critical
                """);
            return file;
        }

        private async Task StartOneAsync(int at)
        {
            DaemonConfiguration configuration = ConfigurationFile.Load(Configure(at));
            var daemon = Daemon.Create(configuration);
            var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var serving = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            Task run = daemon.RunAsync(
                urls => serving.SetResult(urls.First(url => url.StartsWith("http://127.", StringComparison.Ordinal))), stop.Task, default);
            await Task.WhenAny(run, serving.Task).WaitAsync(TimeSpan.FromSeconds(30));
            if (run.IsCompleted)
            {
                await run;
            }

            _running.Add((daemon, run, stop, new HttpClient { BaseAddress = new Uri(await serving.Task) }));
        }
    }
}
