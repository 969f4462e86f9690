using Cluster.Client;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Runtime.Tests.Support;

/// <summary>Three nodes in this process, over real loopback sockets and real folders.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("rt").FullName;
    private readonly List<NodePeer> _peers = [];
    private readonly List<MembershipClient> _clients = [];

    private readonly bool _withDevices;

    public TestCluster(int size = 3, bool withDevices = true)
    {
        _withDevices = withDevices;
        for (uint number = 1; number <= size; number++)
        {
            _peers.Add(new NodePeer(new NodeId(number), $"n{number}", "127.0.0.1", FreePorts.Take()));
        }

        Nodes = [.. _peers.Select(peer => new TestNode(this, peer.Id))];
    }

    /// <summary>Roomier than the profiles: these tests share the machine with others, and none is about speed.</summary>
    public static MembershipTiming Timing { get; } = new()
    {
        HeartbeatInterval = TimeSpan.FromMilliseconds(50),
        ElectionTimeoutMin = TimeSpan.FromMilliseconds(500),
        ElectionTimeoutMax = TimeSpan.FromMilliseconds(900),
        Lease = TimeSpan.FromMilliseconds(2000),
        StallThreshold = TimeSpan.FromMilliseconds(450),
    };

    public IReadOnlyList<TestNode> Nodes { get; }

    public TestNode this[int number] => Nodes[number - 1];

    public static async Task<TestCluster> StartAsync(int size = 3, bool withDevices = true)
    {
        var cluster = new TestCluster(size, withDevices);
        try
        {
            await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
            await cluster.WaitUntilUpAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public NodeRuntimeOptions OptionsOf(NodeId id, MembershipTiming? timing = null) => new()
    {
        ClusterId = "test",
        Self = id,
        Nodes = _peers,
        DataDirectory = Path.Combine(_root, $"n{id.Value}"),
        MemberSocketPath = Path.Combine(_root, $"n{id.Value}.sock"),
        Timing = timing ?? Timing,
        LogSegmentBytes = 256 * 1024,
        Fencing = new FencePolicy
        {
            OnDown = FenceKind.Off,
            Levels = _peers.ToDictionary(peer => peer.Id, _ => (IReadOnlyList<int>)(_withDevices ? [1] : [])),
        },
        FailFast = (what, reason) => Console.Error.WriteLine($"node {id}: {what} failed: {reason}"),
    };

    public async Task WaitUntilUpAsync()
    {
        foreach (TestNode node in Nodes.Where(node => node.IsRunning))
        {
            await node.WaitUntilUpAsync();
        }
    }

    public Task<TestNode> LeaderAsync() => Eventually.Gives(
        () => Task.FromResult(Nodes.FirstOrDefault(node => node.IsRunning && node.Runtime.Status.Log.IsLeader)), "a leader");

    public async Task<MembershipClient> ConnectAsync(TestNode node)
    {
        MembershipClient client = await Eventually.Ends(
            MembershipClient.ConnectAsync(node.SocketPath, CancellationToken.None), $"a client of {node.Name}");
        _clients.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_clients.Select(client => client.DisposeAsync().AsTask()));
        await Task.WhenAll(Nodes.Select(node => node.DisposeAsync().AsTask()));
        Directory.Delete(_root, recursive: true);
    }
}
