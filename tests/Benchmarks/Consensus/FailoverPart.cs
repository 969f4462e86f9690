using System.Diagnostics;
using Cluster.Benchmarks.Report;
using Cluster.ConsensusNode.Control;
using Cluster.ConsensusNode.Driving;

namespace Cluster.Benchmarks.Consensus;

/// <summary>
/// Kills the leader and asks both others to commit something, again and again, until one has: what a user sees of a failover.
/// </summary>
internal static class FailoverPart
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>Measures as many failovers as wanted.</summary>
    public static async Task<FailoverReport> RunAsync(BenchOptions options, string folder)
    {
        string own = Path.Combine(folder, "failover");
        List<double> times = [];
        using (NodeGroup group = new(own, 3, []))
        {
            group.Start();
            for (int i = 0; i < options.Failovers; i++)
            {
                NodeProcess leader = await group.LeaderAsync();
                await group.AgreedAsync();

                // A voter that has just started keeps quiet for one election timeout; that is not what is measured.
                await Task.Delay(500);
                times.Add(await MeasureAsync(group, leader));
                leader.Start();
            }
        }

        Directory.Delete(own, recursive: true);
        return new FailoverReport("lan", [.. times.Select(ms => Math.Round(ms, 1))]);
    }

    private static async Task<double> MeasureAsync(NodeGroup group, NodeProcess leader)
    {
        using CancellationTokenSource end = new(s_limit);
        List<ControlClient> clients = [];
        try
        {
            foreach (NodeProcess node in group.Nodes.Where(node => node != leader))
            {
                clients.Add(await node.ConnectAsync(end.Token));
            }

            long began = Stopwatch.GetTimestamp();
            leader.Kill();
            Task[] tries = [.. clients.Select(client => CommitAsync(client, end.Token))];
            Task first = await Task.WhenAny(tries);
            double ms = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            await first;
            await end.CancelAsync();
            await Task.WhenAll(tries).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ms;
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static async Task CommitAsync(ControlClient client, CancellationToken end)
    {
        while (true)
        {
            await client.SendAsync(new ControlRequest("propose") { Id = 1 }, end);
            if ((await client.ReceiveAsync(end)).Error is null)
            {
                return;
            }

            await Task.Delay(1, end);
        }
    }
}
