using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Cluster.Tests.DevCluster;
using Cluster.Tests.Support;

namespace Cluster.Benchmarks.Etcd;

/// <summary>Three etcd members on loopback, with their own defaults, in a folder of the disk that is measured.</summary>
internal sealed class EtcdCluster : IDisposable
{
    private const int Members = 3;
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);

    private readonly List<Process> _processes = [];
    private readonly IReadOnlyList<int> _clientPorts;

    private EtcdCluster(string folder)
    {
        IReadOnlyList<int> ports = FreePorts.Tcp(2 * Members);
        _clientPorts = [.. ports.Take(Members)];
        string members = string.Join(',', Enumerable.Range(0, Members).Select(i => $"m{i}=http://127.0.0.1:{ports[Members + i]}"));
        string program = Programs.Find("etcd")!;
        for (int i = 0; i < Members; i++)
        {
            string[] arguments =
            [
                "--name", $"m{i}",
                "--data-dir", Path.Combine(folder, $"etcd-{i}"),
                "--listen-client-urls", $"http://127.0.0.1:{_clientPorts[i]}",
                "--advertise-client-urls", $"http://127.0.0.1:{_clientPorts[i]}",
                "--listen-peer-urls", $"http://127.0.0.1:{ports[Members + i]}",
                "--initial-advertise-peer-urls", $"http://127.0.0.1:{ports[Members + i]}",
                "--initial-cluster", members,
                "--initial-cluster-state", "new",
                "--log-level", "error",
            ];
            ProcessStartInfo start = new(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
            Process process = Process.Start(start)!;
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            _processes.Add(process);
        }
    }

    /// <summary>The leader's client port.</summary>
    public int LeaderPort { get; private set; }

    /// <summary>Processor time of all members since their start.</summary>
    public TimeSpan ProcessorTime => TimeSpan.FromTicks(_processes.Sum(process =>
    {
        process.Refresh();
        return process.TotalProcessorTime.Ticks;
    }));

    /// <summary>The version that is installed, or null when none is and it can't be installed.</summary>
    public static async Task<string?> VersionAsync()
    {
        if (!Programs.Installed("etcd") && NativeMethods.EffectiveUser() == 0 && Programs.Installed("apt-get"))
        {
            Console.Error.WriteLine("cluster-bench: installing etcd-server");
            ProcessResult update = await ProcessRunner.RunAsync("apt-get", ["update", "-qq"], TimeSpan.FromMinutes(3));
            if (update.ExitCode == 0)
            {
                string[] install = ["install", "-y", "-qq", "--no-install-recommends", "etcd-server"];
                await ProcessRunner.RunAsync("apt-get", install, TimeSpan.FromMinutes(3));
            }
        }

        if (!Programs.Installed("etcd"))
        {
            return null;
        }

        ProcessResult version = await ProcessRunner.RunAsync("etcd", ["--version"], TimeSpan.FromSeconds(10));
        return version.Output.Split('\n')[0].Replace("etcd Version: ", "", StringComparison.Ordinal).Trim();
    }

    /// <summary>Starts it and waits for a leader.</summary>
    public static async Task<EtcdCluster> StartAsync(string folder)
    {
        EtcdCluster cluster = new(folder);
        try
        {
            await cluster.FindLeaderAsync();
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }

            process.Dispose();
        }
    }

    private async Task FindLeaderAsync()
    {
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(2) };
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < s_startLimit)
        {
            foreach (int port in _clientPorts)
            {
                if (await IsLeaderAsync(http, port))
                {
                    LeaderPort = port;
                    return;
                }
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"etcd had no leader after {s_startLimit.TotalSeconds} s");
    }

    private static async Task<bool> IsLeaderAsync(HttpClient http, int port)
    {
        try
        {
            Uri address = new($"http://127.0.0.1:{port}/v3/maintenance/status");
            using StringContent ask = new("{}");
            using HttpResponseMessage answer = await http.PostAsync(address, ask);
            using JsonDocument? status = await answer.Content.ReadFromJsonAsync<JsonDocument>();
            string? self = status?.RootElement.GetProperty("header").GetProperty("member_id").GetString();
            return status is not null && status.RootElement.TryGetProperty("leader", out JsonElement leader) && leader.GetString() == self;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException or KeyNotFoundException)
        {
            return false;
        }
    }
}
