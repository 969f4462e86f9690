using System.Diagnostics;
using Cluster.Tests.Support;
using Cluster.Tests.Support.Network;

namespace Cluster.Benchmarks.Detection;

/// <summary>Three corosync daemons. The "leader" is the ring's representative, the lowest number.</summary>
internal sealed class CorosyncRig : IDetectionRig
{
    private const int Nodes = 3;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    private readonly NamespaceNetwork _network;
    private readonly string _folder;
    private readonly CorosyncNode[] _nodes;

    private CorosyncRig(string setting, string totem, string folder)
    {
        Setting = setting;
        _folder = folder;
        _network = NamespaceNetwork.Create(Nodes);
        _nodes = [.. Enumerable.Range(1, Nodes).Select(id => new CorosyncNode(id, Path.Combine(folder, $"c{id}"), _network, totem, Nodes))];
    }

    public string System => "corosync";

    public string Setting { get; }

    /// <summary>The version that is installed; null when none is.</summary>
    public static async Task<string?> VersionAsync()
    {
        if (!Programs.Installed("corosync", "corosync-quorumtool", "unshare", "stdbuf"))
        {
            return null;
        }

        ProcessResult result = await ProcessRunner.RunAsync("corosync", ["-v"], TimeSpan.FromSeconds(10));
        return result.Output.Split('\'') is [_, { } version, ..] ? version : "of an unknown version";
    }

    public static async Task<IDetectionRig> StartAsync(string setting, string totem, string folder, CancellationToken cancellation)
    {
        CorosyncRig rig = new(setting, totem, folder);
        try
        {
            foreach (CorosyncNode node in rig._nodes)
            {
                node.Start();
            }

            await rig.SettledAsync(cancellation);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    public async Task<double[]> KillAsync(bool leader, CancellationToken cancellation)
    {
        CorosyncNode victim = leader ? _nodes[0] : _nodes[^1];
        await SettledAsync(cancellation);
        await Task.Delay(Random.Shared.Next(500, 1500), cancellation);
        long killed = Stopwatch.GetTimestamp();
        victim.Kill();
        CorosyncNode[] survivors = [.. _nodes.Where(node => node != victim)];
        await UntilAsync("every survivor told that a node is missing", () => survivors.All(node => node.HeardMissing(killed) is not null), cancellation);
        double[] ms = [.. survivors.Select(node => Stopwatch.GetElapsedTime(killed, node.HeardMissing(killed)!.Value).TotalMilliseconds)];
        victim.Start();
        await SettledAsync(cancellation);
        return ms;
    }

    public async Task<FalseDownRow> WatchAsync(string load, TimeSpan duration, CancellationToken cancellation)
    {
        await SettledAsync(cancellation);
        long began = Stopwatch.GetTimestamp();
        await Task.Delay(duration, cancellation);
        (int Changes, int Short)[] told = [.. _nodes.Select(node => node.Since(began))];
        Dictionary<string, double> noticed = new()
        {
            ["log lines: not scheduled for"] = _nodes.Sum(node => node.CountInLog("not scheduled for")),
            ["log lines: Process pause detected"] = _nodes.Sum(node => node.CountInLog("pause detected")),
        };
        return new FalseDownRow(System, Setting, load, duration.TotalMinutes, told.Max(each => each.Short), told.Max(each => each.Changes), noticed);
    }

    public ValueTask DisposeAsync()
    {
        foreach (CorosyncNode node in _nodes)
        {
            node.Dispose();
        }

        _network.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Every daemon serves, has a listener, and counts all.</summary>
    private async Task SettledAsync(CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        foreach (CorosyncNode node in _nodes.Where(node => node.Members == 0))
        {
            while (!await node.ListenAsync(cancellation))
            {
                if (Stopwatch.GetElapsedTime(started) > s_limit)
                {
                    throw new TimeoutException($"corosync on node {node.Id} did not serve within {s_limit.TotalSeconds} s");
                }
            }
        }

        await UntilAsync("corosync counts all nodes", () => _nodes.All(node => node.Members == Nodes), cancellation);
    }

    private static async Task UntilAsync(string what, Func<bool> holds, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(started) > s_limit)
            {
                throw new TimeoutException($"waited {s_limit.TotalSeconds} s in vain until {what}");
            }

            await Task.Delay(10, cancellation);
        }
    }
}
