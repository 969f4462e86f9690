using System.Diagnostics;
using Cluster.Benchmarks.Report;
using Cluster.ConsensusNode.Control;
using Cluster.ConsensusNode.Driving;
using Cluster.ConsensusNode.Load;

namespace Cluster.Benchmarks.Consensus;

/// <summary>
/// Sends a large snapshot to a follower that has lost everything, while proposals come at a moderate, fixed rate. The idle latency is
/// measured with the same two voters, so that only the snapshot is different.
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
            using NodeGroup group = new(own, 3, ["--ballast", FormattableString.Invariant($"{options.SnapshotBytes}")]);
            group.Start();
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
        NodeProcess follower = group.Nodes.First(node => node != leader);
        follower.Kill();
        await leader.AskAsync(new ControlRequest("compact"));
        await UntilAsync(async () => (await leader.TryStatusAsync())?.Snapshot > 0, "the leader's log begins with the snapshot");
        LoadResult idle = await LoadAsync(leader, options, options.DurationMs);

        // Everything it had, as after a change of disks.
        Directory.Delete(follower.Data, recursive: true);
        follower.Start();
        long began = Stopwatch.GetTimestamp();
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
