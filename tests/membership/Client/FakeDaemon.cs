using System.Collections.Concurrent;
using Cluster.Client.Processes;
using Cluster.Client.Protocol;
using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Cluster.Membership;
using Cluster.Runtime.Feed;
using Cluster.Runtime.Loop;
using Cluster.Runtime.MemberSocket;
using Cluster.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Snapshot = Cluster.Client.Protocol.Snapshot;

namespace Cluster.Client.Tests;

/// <summary>The real member socket over a node that the test plays: lease, events and outcomes are what the test says.</summary>
internal sealed class FakeDaemon : IMemberHost, IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mc").FullName;
    private MemberSocketServer? _server;
    private ulong _index = 100;

    public FakeDaemon(int capacity = EventFeed.DefaultCapacity)
    {
        Events = new EventFeed(capacity);
        Start();
    }

    public string SocketPath => Path.Combine(_folder, "s");

    public string ClusterId => "test";

    public NodePeer Self { get; } = new(new NodeId(2), "n2", "127.0.0.1", 1);

    public LeaseBoard Lease { get; } = new();

    public EventFeed Events { get; private set; }

    /// <summary>All commands in order.</summary>
    public ConcurrentQueue<Command> Commands { get; } = new();

    public ConcurrentQueue<MemberId> Declared { get; } = new();

    /// <summary>Answers commands; null holds the answer back until <see cref="Release"/>.</summary>
    public Func<Command, CommandOutcome?> Decide { get; set; } = _ => new CommandOutcome(OutcomeCode.Accepted, 1, 0, "");

    public TaskCompletionSource Release { get; } = new();

    /// <summary>The index of the newest event.</summary>
    public ulong LastIndex => Interlocked.Read(ref _index);

    public Snapshot State { get; } = new() { Position = new Position(), Epoch = 1 };

    public void Start() => _server = new MemberSocketServer(SocketPath, this, NullLogger.Instance);

    public async Task StopAsync()
    {
        await _server!.DisposeAsync();
        _server = null;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        Start();
    }

    public void Grant(ulong incarnation, TimeSpan lease) => Lease.Publish(
        Lease.Current with { Incarnation = new Incarnation(incarnation), Deadline = BootTime.Now + lease });

    public void EndIncarnation(string reason)
    {
        LeaseView now = Lease.Current;
        Lease.Publish(new LeaseView(Incarnation.None, MonotonicTime.DistantPast, now.Incarnation, reason, Ends: now.Ends + 1));
    }

    public ClusterEvent Emit(ClusterEvent clusterEvent, ulong? index = null)
    {
        clusterEvent.Index = index ?? Interlocked.Increment(ref _index);
        clusterEvent.Ordinal = 1;
        clusterEvent.Epoch = 1;
        Events.Append([clusterEvent]);
        return clusterEvent;
    }

    public void EmitStart(string group, ulong generation, params ulong[] members) => Emit(new ClusterEvent
    {
        GroupStart = new GroupStartEvent
        {
            Group = group,
            Generation = generation,
            Members = { members.Select((member, slot) => new GroupMemberInfo { Member = member, Slot = slot, Node = 2, NodeName = "n2" }) },
        },
    });

    public Task<Snapshot> SnapshotAsync(CancellationToken cancellation) => Task.FromResult(State.Clone());

    public async Task<CommandOutcome> SubmitAsync(Command command, CancellationToken cancellation)
    {
        Commands.Enqueue(command);
        if (Decide(command) is { } outcome)
        {
            return outcome;
        }

        await Release.Task.WaitAsync(cancellation);
        return Decide(command)!;
    }

    public void DeclareExit(MemberId member, ProcessIdentity process) => Declared.Enqueue(member);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await StopAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
