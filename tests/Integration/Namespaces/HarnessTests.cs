using System.Net;
using System.Net.Sockets;
using Cluster.Tests.Support.Network;

namespace Cluster.Integration.Tests.Namespaces;

/// <summary>The network of namespaces itself: what it says is cut is cut, and nothing else.</summary>
public class HarnessTests
{
    private const int Port = 9;
    private const int Packets = 40;
    private static byte s_mark;

    [Fact]
    public async Task Each_kind_of_cut_stops_what_it_should_and_lets_the_rest_pass()
    {
        Assert.SkipWhen(NamespaceNetwork.Missing is not null, NamespaceNetwork.Missing ?? "");
        using NamespaceNetwork network = NamespaceNetwork.Create(nodes: 3, networks: 2);
        LinkCuts[] all =
        [
            LinkCuts.None,
            LinkCuts.None.WithDrop(1, 2, 0),
            LinkCuts.None.WithPair(1, 2, 0).WithPair(2, 3, 1),
            LinkCuts.None.WithPulled(3, 1),
            LinkCuts.None.WithKernelDrop(2, output: true),
            LinkCuts.None.WithKernelDrop(2, output: false),
            LinkCuts.None.WithIsolated(1, 3, 2),
            LinkCuts.None,
        ];
        foreach (LinkCuts cuts in all)
        {
            network.Apply(cuts);
            for (int from = 1; from <= 3; from++)
            {
                for (int to = 1; to <= 3; to++)
                {
                    for (int each = 0; each < 2; each++)
                    {
                        if (from != to)
                        {
                            int arrived = await ArriveAsync(network, from, to, each);
                            Assert.True(
                                arrived == (cuts.Passes(from, to, each) ? 1 : 0),
                                $"cuts {Array.IndexOf(all, cuts)}: {arrived} packets of node {from} reached node {to} on network {each}");
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public async Task Random_loss_loses_some_packets_and_not_all()
    {
        Assert.SkipWhen(NamespaceNetwork.Missing is not null, NamespaceNetwork.Missing ?? "");
        using NamespaceNetwork network = NamespaceNetwork.Create(nodes: 2);
        network.Apply(LinkCuts.None.WithLoss(1, 0, 50));

        // All or none of 40 pass once in 5 * 10^11 runs.
        Assert.InRange(await ArriveAsync(network, 1, 2, 0, Packets), 1, Packets - 1);
        Assert.Equal(Packets, await ArriveAsync(network, 2, 1, 0, Packets));
    }

    [Fact]
    public void What_a_dead_test_run_left_is_removed_and_what_a_living_one_has_is_not()
    {
        Assert.SkipWhen(NamespaceNetwork.Missing is not null, NamespaceNetwork.Missing ?? "");
        using NetworkNamespace own = NetworkNamespace.Create("living");
        string dead = own.Name.Replace($"-{Environment.ProcessId}-", "-1-", StringComparison.Ordinal);
        File.Copy("/dev/null", Path.Combine(Path.GetDirectoryName(own.Path)!, dead));
        string folder = NamespaceLeftovers.MakeFolder();

        IReadOnlyList<string> removed = NamespaceLeftovers.Remove();

        Assert.Contains(dead, removed);
        Assert.True(File.Exists(own.Path));
        Assert.True(Directory.Exists(folder));
        Directory.Delete(folder);
    }

    [Fact]
    public void Who_reaches_a_majority_is_read_off_the_cuts()
    {
        LinkCuts pair = LinkCuts.None.WithPair(1, 2, 0);
        Assert.All([1, 2, 3], node => Assert.True(pair.ReachesMajority(node, 3, networks: 1)));
        Assert.False(pair.WithDrop(3, 1, 0).ReachesMajority(1, 3, networks: 1));
        Assert.True(pair.WithDrop(3, 1, 0).ReachesMajority(1, 3, networks: 2));
        Assert.False(LinkCuts.None.WithKernelDrop(1, output: false).ReachesMajority(1, 3, networks: 2));
    }

    private static async Task<int> ArriveAsync(NamespaceNetwork network, int from, int to, int on, int packets = 1)
    {
        IPEndPoint target = new(IPAddress.Parse(NamespaceNetwork.Address(to, on)), Port);
        using UdpClient receiver = network.Node(to).Enter(() => new UdpClient(target));
        using UdpClient sender = network.Node(from).Enter(() => new UdpClient(new IPEndPoint(IPAddress.Parse(NamespaceNetwork.Address(from, on)), 0)));
        using UdpClient local = network.Node(to).Enter(() => new UdpClient(AddressFamily.InterNetwork));

        // A packet that waited for a cable to come back may still arrive: it is another call's.
        byte mark = ++s_mark;
        for (int i = 0; i < packets; i++)
        {
            try
            {
                await sender.SendAsync(new byte[] { mark, 1 }, target, TestContext.Current.CancellationToken);
            }
            catch (SocketException)
            {
                // Its own kernel drops it, or there is no carrier.
            }
        }

        // The last one goes by the receiver's loopback, which nothing cuts, and ends the wait. A bridge hands packets on at once or never.
        int arrived = 0;
        while (true)
        {
            Task<UdpReceiveResult> next = receiver.ReceiveAsync(TestContext.Current.CancellationToken).AsTask();
            if (!next.IsCompleted && await Task.WhenAny(next, Task.Delay(100, TestContext.Current.CancellationToken)) != next)
            {
                await local.SendAsync(new byte[] { mark, 2 }, target, TestContext.Current.CancellationToken);
            }

            byte[] packet = (await next).Buffer;
            if (packet[0] == mark && packet[1] == 2)
            {
                return arrived;
            }

            arrived += packet[0] == mark ? 1 : 0;
        }
    }
}
