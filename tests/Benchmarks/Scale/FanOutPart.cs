using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Cluster.Api.Contract;
using Cluster.Client;
using Cluster.Tests.DevCluster;

namespace Cluster.Benchmarks.Scale;

/// <summary>Many subscribers of one daemon's events, as programs in other languages subscribe: server-sent events on the Unix socket.</summary>
internal static class FanOutPart
{
    private const int Rounds = 20;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    public static async Task<FanOutReport> RunAsync(ScaleOptions options, string folder, Action<string> tell)
    {
        await using LocalCluster cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions
            {
                NodeCount = 1,
                Folder = Path.Combine(folder, "fan-out"),
                WithLockd = false,
                PlainLinks = true,
                BmcTrouble = BmcTrouble.Unreachable,
            },
            CancellationToken.None);
        NodeDefinition node = cluster.Nodes[0];
        await using BenchApi api = new(cluster);
        await api.UntilUpAsync();
        using CancellationTokenSource limit = new(s_limit);
        await using MembershipClient client = await MembershipClient.ConnectAsync(node.MembersSocket, limit.Token);
        List<SseSubscriber> subscribers = [];
        try
        {
            string after = (await api.AskAsync(node)).Position;
            for (int i = 0; i < options.Subscribers; i++)
            {
                subscribers.Add(await SseSubscriber.ConnectAsync(node.ApiSocket, after, limit.Token));
            }

            // The last event of a round is the one that every subscriber has to see before the next round.
            tell($"{subscribers.Count} subscribers are connected; the daemon has {Memory(cluster):0} MB");
            long began = Stopwatch.GetTimestamp();
            for (int round = 0; round < Rounds; round++)
            {
                IGroupMembership stay = await client.JoinGroupAsync(new GroupJoinOptions("fan-out", "benchmark"), limit.Token);
                await stay.LeaveAsync(limit.Token);
                await Task.Delay(s_pause, limit.Token);
            }

            double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            double megabytes = Memory(cluster);
            int events = await AllHeardAsync(subscribers, limit.Token);
            return Report(subscribers, events, seconds, megabytes, tell);
        }
        finally
        {
            foreach (SseSubscriber subscriber in subscribers)
            {
                await subscriber.DisposeAsync();
            }
        }
    }

    private static FanOutReport Report(List<SseSubscriber> subscribers, int events, double seconds, double megabytes, Action<string> tell)
    {
        long[] first = [.. Enumerable.Range(0, events).Select(each => subscribers.Where(subscriber => subscriber.Heard.Count > each).Min(subscriber => subscriber.Heard[each]))];
        List<double> ms = [];
        long missed = 0;
        foreach (SseSubscriber subscriber in subscribers)
        {
            missed += events - subscriber.Heard.Count;
            for (int each = 0; each < Math.Min(events, subscriber.Heard.Count); each++)
            {
                ms.Add(Stopwatch.GetElapsedTime(first[each], subscriber.Heard[each]).TotalMilliseconds);
            }
        }

        Spread delivery = Spread.Of(ms);
        tell($"{events} events to {subscribers.Count} subscribers: p50 {delivery.P50Ms:0.0} ms, p99 {delivery.P99Ms:0.0} ms, worst {delivery.WorstMs:0.0} ms; {missed} missed; the daemon had {megabytes:0} MB");
        return new FanOutReport(subscribers.Count, events, events / seconds, delivery, missed, megabytes, subscribers.Max(subscriber => subscriber.Downs));
    }

    private static async Task<int> AllHeardAsync(List<SseSubscriber> subscribers, CancellationToken cancellation)
    {
        // Until nobody has heard anything new for a second.
        int before = -1;
        int events = subscribers.Sum(subscriber => subscriber.Heard.Count);
        while (events != before)
        {
            before = events;
            await Task.Delay(1000, cancellation);
            events = subscribers.Sum(subscriber => subscriber.Heard.Count);
        }

        return subscribers.Max(subscriber => subscriber.Heard.Count);
    }

    private static double Memory(LocalCluster cluster) => NodeMemory.Megabytes(cluster.Nodes[0]);
}
