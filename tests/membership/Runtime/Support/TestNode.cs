using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Runtime.Tests.Support;

/// <summary>One node of a test cluster: may be started, killed and started again on the same folder.</summary>
internal sealed class TestNode(TestCluster cluster, NodeId id) : IAsyncDisposable
{
    private NodeRuntime? _runtime;
    private Task _watching = Task.CompletedTask;
    private CancellationTokenSource _stopWatching = new();

    public NodeId Id => id;

    public string Name => $"n{id.Value}";

    public FakeFenceDriver Driver { get; } = new();

    public TestLog Log { get; } = new();

    /// <summary>The events of the present start, in order.</summary>
    public List<ClusterEvent> Events { get; private set; } = [];

    public NodeRuntime Runtime => _runtime ?? throw new InvalidOperationException($"{Name} is not running");

    public bool IsRunning => _runtime is not null;

    public NodeRuntimeOptions Options { get; set; } = cluster.OptionsOf(id);

    public string SocketPath => Options.MemberSocketPath;

    public async Task StartAsync()
    {
        _runtime = await NodeRuntime.StartAsync(Options, Driver, Log, CancellationToken.None);
        Events = [];
        _stopWatching = new CancellationTokenSource();
        _watching = WatchAsync(_runtime, Events, _stopWatching.Token);
    }

    /// <summary>Ends the node without a word, as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (_runtime is { } runtime)
        {
            await runtime.DisposeAsync();
            await ForgetAsync();
        }
    }

    public async Task<bool> StopAsync()
    {
        bool left = await Runtime.StopAsync(CancellationToken.None);
        await ForgetAsync();
        return left;
    }

    public async Task WaitUntilUpAsync() => await Eventually.Holds(
        () => Runtime.Status.Incarnation != Incarnation.None && Runtime.LeaseDeadline > MonotonicTime.DistantPast,
        $"{Name} to be a member with a lease");

    public IReadOnlyList<ClusterEvent> Seen()
    {
        lock (Events)
        {
            return [.. Events];
        }
    }

    public Task WaitForEventAsync(Func<ClusterEvent, bool> wanted, string what) =>
        Eventually.Holds(() => Seen().Any(wanted), $"{what} at {Name}");

    public async ValueTask DisposeAsync() => await KillAsync();

    private static async Task WatchAsync(NodeRuntime runtime, List<ClusterEvent> events, CancellationToken cancellation)
    {
        try
        {
            await foreach (ClusterEvent clusterEvent in runtime.WatchAsync(EventPosition.Start, cancellation))
            {
                lock (events)
                {
                    events.Add(clusterEvent);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ForgetAsync()
    {
        _runtime = null;
        await _stopWatching.CancelAsync();
        await _watching;
        _stopWatching.Dispose();
    }
}
