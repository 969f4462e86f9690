using System.Net;
using Cluster.Locks.Contract;
using Cluster.Locks.Hosting;
using Cluster.Locks.Tests.Support;

namespace Cluster.Locks.InProcess.Tests;

/// <summary>One member of a lock space on a node of its own, reached by the others over a wire that can be cut.</summary>
internal sealed class TestMember : IAsyncDisposable
{
    private readonly MemberNetwork _network;

    private TestMember(FakeNode node, MemberNetwork network, TcpCut wire, LockSpace space, CapturingLogger logger)
    {
        Node = node;
        _network = network;
        Wire = wire;
        Space = space;
        Logger = logger;
    }

    public FakeNode Node { get; }

    public TcpCut Wire { get; }

    public LockSpace Space { get; }

    public CapturingLogger Logger { get; }

    /// <summary>When set, the space's clock throws it.</summary>
    public Exception? ClockFailure { get; set; }

    public IPEndPoint EndPoint => _network.EndPoint;

    public static async Task<TestMember> JoinAsync(FakeCluster cluster, string node, string space = "s")
    {
        FakeNode joined = cluster.AddNode(node);
        CapturingLogger logger = new();
        MemberNetwork network = MemberNetwork.Listen(new IPEndPoint(IPAddress.Loopback, 0), joined.Id, logger);
        TcpCut wire = new(() => network.EndPoint);
        LockSpaceSettings settings = new() { Name = space, Logger = logger, Advertise = wire.EndPoint.ToString() };
        TestMember? member = null;
        LockSpace lockSpace = await LockManager.JoinAsync(
            cluster.Connect(joined),
            settings,
            network,
            () => Volatile.Read(ref member)?.ClockFailure is { } failure ? throw failure : joined.Clock.Now,
            CancellationToken.None);
        Volatile.Write(ref member, new TestMember(joined, network, wire, lockSpace, logger));
        return member;
    }

    /// <summary>Nothing leaves or reaches this member any more: its machine is dead. Its own side is only tidied up.</summary>
    public async Task DieAsync()
    {
        Wire.Cut();
        await _network.DisposeAsync();
    }

    public Task<HeldLock> Lock(string resource, LockMode mode, LockRequestOptions? options = null, CancellationToken cancellation = default) =>
        Space.LockAsync(resource, mode, options, cancellation).AsTask();

    public async ValueTask DisposeAsync()
    {
        await Space.DisposeAsync();
        await Wire.DisposeAsync();
    }
}
