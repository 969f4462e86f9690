using System.Diagnostics;
using Cluster.Benchmarks.Report;
using Cluster.ConsensusNode.Control;
using Cluster.ConsensusNode.Driving;
using Cluster.ConsensusNode.Load;

namespace Cluster.Benchmarks.Consensus;

/// <summary>
/// Takes an empty node into the cluster, which gets a large snapshot, while proposals come at a moderate, fixed rate.
/// </summary>
internal static class SnapshotPart
{
    private const int PerSecond = 1000;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    /// <summary>Measures.</summary>
    public static async Task<SnapshotReport> RunAsync(BenchOptions options, string folder)
    {
        string own = Path.Combine(folder, "snapshot");
        try
        {
            string ballast = FormattableString.Invariant($"{options.SnapshotBytes}");
            using NodeGroup group = new(own, 4, ["--voters", "1,2,3", "--ballast", ballast, "--trailing", "0"]);
            foreach (NodeProcess node in group.Nodes.Take(3))
            {
                node.Start();
            }

            return await MeasureAsync(options, group);
        }
        finally
        {
            Directory.Delete(own, recursive: true);
        }
    }

    private static async Task<SnapshotReport> MeasureAsync(BenchOptions options, NodeGroup group)
    {
        NodeProcess leader = await group.LeaderAsync();
        await LoadAsync(leader, options, options.DurationMs);
        await leader.AskAsync(new ControlRequest("compact"));
        await UntilAsync(async () => (await leader.TryStatusAsync())?.Snapshot > 0, "the leader's log begins with the snapshot");
        LoadResult idle = await LoadAsync(leader, options, options.DurationMs);
        NodeProcess follower = group.Nodes[3];
        follower.Start();
        await UntilAsync(async () => await follower.TryStatusAsync() is not null, "the empty node answers");
        long began = Stopwatch.GetTimestamp();
        await leader.AskAsync(new ControlRequest("change") { Steps = ["Add 4"] });
        Task<LoadResult> meanwhile = LoadAsync(leader, options, (int)s_limit.TotalMilliseconds);
        await UntilAsync(async () => (await follower.TryStatusAsync())?.Snapshot > 0, "the follower has the snapshot");
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await leader.AskAsync(new ControlRequest("end-load"));
        return new SnapshotReport(options.SnapshotBytes, Math.Round(seconds, 2), PerSecond, idle.Latency, (await meanwhile).Latency);
    }

    private static async Task<LoadResult> LoadAsync(NodeProcess leader, BenchOptions options, int durationMs)
    {
        LoadRequest request = new(100_000, PerSecond, 100, durationMs, options.PayloadBytes);
        return (await leader.AskAsync(new ControlRequest("load") { Load = request }, 2 * s_limit)).Load!;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(began) > s_limit)
            {
                throw new TimeoutException($"waited {s_limit.TotalSeconds} s in vain until {what}");
            }

            await Task.Delay(20);
        }
    }
}
