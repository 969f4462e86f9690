using System.Net;
using System.Net.Sockets;
using Cluster.Locks.Tests.Support;
using Cluster.Locks.UserSpace.Client;
using Cluster.Locks.UserSpace.Server;

namespace Cluster.Locks.UserSpace.Tests;

/// <summary>A node with a lockd, which runs in this process.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly List<LockdClient> _clients = [];

    private TestNode(FakeNode node, Lockd lockd, string socket, CapturingLogger logger, TcpCut wire)
    {
        Node = node;
        Lockd = lockd;
        Socket = socket;
        Logger = logger;
        Wire = wire;
    }

    public FakeNode Node { get; }

    public Lockd Lockd { get; }

    public string Socket { get; }

    public CapturingLogger Logger { get; }

    public TcpCut Wire { get; }

    public static async Task<TestNode> StartAsync(FakeCluster cluster, string name, string folder, params string[] spaces)
    {
        FakeNode node = cluster.AddNode(name);
        CapturingLogger logger = new();
        Lockd? lockd = null;
        TcpCut wire = new(() => lockd?.MemberEndPoint ?? throw new SocketException((int)SocketError.ConnectionRefused));
        LockdSettings settings = new()
        {
            ClientSocket = Path.Combine(folder, $"{name}.sock"),
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Advertise = wire.EndPoint.ToString(),
            Spaces = spaces.Length == 0 ? ["s"] : spaces,
        };
        lockd = await Lockd.StartAsync(cluster.Connect(node), settings, logger, CancellationToken.None);
        return new TestNode(node, lockd, settings.ClientSocket, logger, wire);
    }

    public async Task<LockdClient> ConnectAsync(string space = "s")
    {
        LockdClient client = await LockdClient.ConnectAsync(Socket, space);
        _clients.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LockdClient client in _clients)
        {
            await client.DisposeAsync();
        }

        await Lockd.DisposeAsync();
        await Wire.DisposeAsync();
    }
}
