using Cluster.Benchmarks.Etcd;
using Cluster.Benchmarks.Report;
using Cluster.ConsensusNode.Control;
using Cluster.ConsensusNode.Driving;
using Cluster.ConsensusNode.Load;

namespace Cluster.Benchmarks.Consensus;

/// <summary>The loads: ours, and the same on etcd.</summary>
internal sealed class LoadPart(BenchOptions options, string folder, Action<LoadRow> done)
{
    private const int MostAttempts = 3;

    // In an open loop nothing but the rate holds the proposers back.
    private const int OpenProposers = 100_000;

    // As the daemon does, though less often: a log that only grows would fill the memory.
    private static readonly string[] s_options = ["--compact-every", "200000"];

    private readonly List<LoadRow> _rows = [];

    /// <summary>Runs them all; on etcd too when it is there.</summary>
    public async Task<IReadOnlyList<LoadRow>> RunAsync(bool withEtcd)
    {
        await RunOursAsync(node => ClosedAsync(proposers => OursAsync(node, proposers, 0)));
        if (withEtcd)
        {
            using EtcdCluster etcd = await EtcdCluster.StartAsync(Path.Combine(folder, "etcd"));
            await ClosedAsync(proposers => EtcdAsync(etcd, proposers, 0));
            foreach ((int proposers, int rate) in HalfOf("etcd"))
            {
                Take(await EtcdAsync(etcd, proposers, rate));
            }
        }

        // What etcd was offered, and then half of what we can.
        List<(int Proposers, int Rate)> open = [.. HalfOf("etcd"), .. HalfOf("cluster")];
        await RunOursAsync(async node =>
        {
            foreach ((int proposers, int rate) in open)
            {
                Take(await OursAsync(node, proposers, rate));
            }
        });
        return _rows;
    }

    private async Task RunOursAsync(Func<NodeGroup, Task> run)
    {
        string own = Path.Combine(folder, "cluster");
        using (NodeGroup group = new(own, 3, s_options))
        {
            group.Start();
            await group.LeaderAsync();
            await run(group);
            CheckAgreement(await group.AgreedAsync());
        }

        Directory.Delete(own, recursive: true);
    }

    private async Task ClosedAsync(Func<int, Task<LoadRow>> run)
    {
        foreach (int proposers in options.Proposers)
        {
            Take(await run(proposers));
        }
    }

    private List<(int Proposers, int Rate)> HalfOf(string system) =>
        [.. _rows.Where(row => row.System == system && row.Loop == "closed").Select(row => (row.Proposers, Math.Max(1, (int)row.CommitsPerSecond / 2)))];

    private async Task<LoadRow> OursAsync(NodeGroup group, int proposers, int rate)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await TryOursAsync(group, proposers, rate);
            }
            catch (InvalidOperationException e) when (attempt < MostAttempts)
            {
                // On a busy machine leadership may move; the row is then measured anew.
                Console.Error.WriteLine($"cluster-bench: {e.Message}; once more");
            }
        }
    }

    private async Task<LoadRow> TryOursAsync(NodeGroup group, int proposers, int rate)
    {
        NodeProcess leader = await group.LeaderAsync();
        int outstanding = rate == 0 ? proposers : OpenProposers;
        LoadRequest request = new(outstanding, rate, options.WarmUpMs, options.DurationMs, options.PayloadBytes);
        TimeSpan limit = TimeSpan.FromMilliseconds(options.WarmUpMs + options.DurationMs) + TimeSpan.FromMinutes(2);
        Task<ControlAnswer> load = leader.AskAsync(new ControlRequest("load") { Load = request }, limit);
        await Task.Delay(options.WarmUpMs);
        TimeSpan cpu = group.ProcessorTime;
        await Task.Delay(options.DurationMs);
        cpu = group.ProcessorTime - cpu;
        LoadResult result = (await load).Load!;
        double commits = Math.Max(result.Commits, 1);
        return new LoadRow(
            "cluster",
            rate == 0 ? "closed" : "open",
            proposers,
            rate,
            result.PerSecond,
            result.Latency,
            Math.Round(result.AllocatedBytes / commits),
            Math.Round(result.CpuMs * 1000 / commits, 2),
            Math.Round(cpu.TotalMicroseconds / commits, 2),
            Math.Round(commits / Math.Max(result.Syncs, 1), 1),
            Math.Round(result.SyncP50Us, 1),
            result.Refused);
    }

    private async Task<LoadRow> EtcdAsync(EtcdCluster etcd, int proposers, int rate)
    {
        LoadRequest request = new(proposers, rate, options.WarmUpMs, options.DurationMs, options.PayloadBytes);
        LoadResult result = await EtcdLoad.RunAsync(etcd, request);
        double cpu = result.CpuMs * 1000 / Math.Max(result.Commits, 1);
        string loop = rate == 0 ? "closed" : "open";
        return new LoadRow(
            "etcd", loop, proposers, rate, result.PerSecond, result.Latency, null, null, Math.Round(cpu, 2), null, null, result.Refused);
    }

    private void Take(LoadRow row)
    {
        _rows.Add(row);
        done(row);
    }

    /// <summary>Fast and wrong would be worth nothing.</summary>
    private static void CheckAgreement(IReadOnlyList<NodeStatus> states)
    {
        if (states.Select(state => (state.Applied, state.Count, state.Hash)).Distinct().Count() != 1)
        {
            throw new InvalidOperationException($"the nodes applied different commands: {string.Join("; ", states)}");
        }
    }
}
