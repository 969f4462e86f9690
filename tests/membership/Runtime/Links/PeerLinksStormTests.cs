using System.Diagnostics;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Runtime.Links;
using Cluster.Runtime.Loop;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests.Links;

public sealed class PeerLinksStormTests
{
    [Fact]
    public async Task Messages_pass_both_ways_whatever_was_sent_while_one_was_down_or_began_anew()
    {
        int seed = Random.Shared.Next();
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(lane => Task.Run(async () =>
        {
            List<NodePeer> nodes =
                [new(new NodeId(1), "n1", "127.0.0.1", FreePorts.Take()), new(new NodeId(2), "n2", "127.0.0.1", FreePorts.Take())];
            for (int at = 0; Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(3); at++)
            {
                await RoundAsync(new Random(unchecked(seed + (lane * 1_000_003) + at)), nodes);
            }
        })));
    }

    private static async Task RoundAsync(Random random, List<NodePeer> nodes)
    {
        var log = new TestLog();
        PeerLinks one = await StartAsync(1, nodes, log);
        try
        {
            // More than is queued while there is no connection.
            Burst(one, 1, random.Next(100));
            await Task.Delay(random.Next(30));
            Burst(one, 1, random.Next(100));
            PeerLinks two = await StartAsync(2, nodes, log);
            try
            {
                Burst(two, 2, random.Next(100));
                if (random.Next(2) == 0)
                {
                    await Task.Delay(random.Next(20));
                    await two.DisposeAsync();
                    Burst(one, 1, random.Next(100));
                    await Task.Delay(random.Next(20));
                    two = await StartAsync(2, nodes, log);
                }

                long before = one.MessagesReceived;
                long other = two.MessagesReceived;
                await Eventually.Holds(
                    () =>
                    {
                        Burst(one, 1, 1);
                        Burst(two, 2, 1);
                        return one.MessagesReceived > before && two.MessagesReceived > other;
                    },
                    "messages in both directions",
                    () => $"{string.Join(' ', one.Status)}; {string.Join(' ', two.Status)}; {string.Join('\n', log.Lines)}");
            }
            finally
            {
                await two.DisposeAsync();
            }
        }
        finally
        {
            await one.DisposeAsync();
        }
    }

    private static async Task<PeerLinks> StartAsync(uint self, List<NodePeer> nodes, TestLog log)
    {
        var options = new NodeRuntimeOptions
        {
            ClusterId = "test",
            Self = new NodeId(self),
            Nodes = nodes,
            DataDirectory = "unused",
            MemberSocketPath = "unused",
        };
        PeerLinks? links = null;
        await Eventually.Holds(
            () =>
            {
                try
                {
                    links = new PeerLinks(options, (ulong)Random.Shared.NextInt64(), new Inbox(), new StallBoard(), log);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            $"the port {nodes[(int)self - 1].Addresses[0]} to be free");
        return links!;
    }

    private static void Burst(PeerLinks links, uint from, int count)
    {
        var (self, other) = (new NodeId(from), new NodeId(3 - from));
        for (int i = 0; i < count; i++)
        {
            links.Send(new Ping(self, other, self, (ulong)i));
        }

        links.Flush();
    }
}
