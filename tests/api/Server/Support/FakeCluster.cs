using System.Runtime.CompilerServices;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Settings;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Evidence = Cluster.Api.Contract.Evidence;
using FenceKind = Cluster.Api.Contract.FenceKind;

namespace Cluster.Api.Server.Tests.Support;

/// <summary>A cluster of three nodes that does what it is told. Counts what it is asked to change.</summary>
internal sealed partial class FakeCluster : ICluster
{
    private readonly Lock _gate = new();
    private readonly List<FenceOperationDocument> _operations = [];
    private readonly Dictionary<string, (string Request, ulong Operation)> _keys = [];
    private readonly List<ClusterEvent> _events = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _nextId = 41;
    private FenceOperationDocument? _once;
    private int _submitted;

    public FakeCluster()
    {
        Nodes = [Node(1, "n1", NodeState.Up), Node(2, "n2", NodeState.Up), Node(3, "n3", NodeState.Up)];
    }

    public string Name => "test";

    public List<NodeDocument> Nodes { get; set; }

    public IReadOnlyList<LinkDocument> Links { get; set; } = [];

    public List<GroupDocument> Groups { get; set; } = [];

    public bool Quorate { get; set; } = true;

    public string? Leader { get; set; } = "n1";

    public bool LeaseHeld { get; set; } = true;

    public EventPosition DroppedThrough { get; set; }

    /// <summary>When set, answers instead of the built-in behaviour.</summary>
    public Func<Command, CancellationToken, Task<CommandOutcome>>? OnSubmit { get; set; }

    /// <summary>When set, reads throw it.</summary>
    public Exception? ReadFault { get; set; }

    /// <summary>What wait-for-all waits for.</summary>
    public List<string> Missing { get; set; } = [];

    /// <summary>The settings after each change.</summary>
    public List<SettingsView> Settings { get; } =
        [new SettingsView(1, ClusterSettings.Default, new Membership.Protocol.Settings(), "configuration of n1", 1_700_000_000_000)];

    public List<KnownToken> Tokens { get; } = [];

    /// <summary>Every command that was handed in.</summary>
    public List<Command> Commands { get; } = [];

    public int Submitted => Volatile.Read(ref _submitted);

    public IReadOnlyList<FenceOperationDocument> Operations
    {
        get
        {
            lock (_gate)
            {
                return [.. _operations];
            }
        }
    }

    public static NodeDocument Node(uint id, string name, NodeState state, params int[] levels) => new()
    {
        Id = id,
        Name = name,
        Url = $"/v1/nodes/{name}",
        State = state,
        Incarnation = 10 + id,
        Leader = id == 1,
        Evidence = Evidence.None,
        FenceLevels = levels,
        ApiUrl = $"http://127.0.0.1:720{id}",
        ChangedAt = DateTime.UnixEpoch,
    };

    public void Emit(ClusterEvent clusterEvent)
    {
        lock (_gate)
        {
            clusterEvent.Ordinal = 1;
            clusterEvent.AtUnixMs = 1_700_000_000_123;
            _events.Add(clusterEvent);
            _more.TrySetResult();
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void EmitDown(ulong index) => Emit(new ClusterEvent
    {
        Index = index,
        Epoch = index,
        NodeDown = new NodeDownEvent { Node = 3, Name = "n3", Incarnation = 13, Reason = "silent", SilentMs = 900 },
    });

    public Task<ClusterDocument> ReadAsync(CancellationToken cancellation)
    {
        if (ReadFault is { } fault)
        {
            return Task.FromException<ClusterDocument>(fault);
        }

        lock (_gate)
        {
            var quorum = new QuorumDocument
            {
                Quorate = Quorate,
                Leader = Leader,
                Term = 4,
                Role = ConsensusRole.Leader,
                Votes = 3,
                Majority = 2,
                VotesUp = 3,
                VotersUp = 3,
                Voters = ["n1", "n2", "n3"],
                Missing = [.. Missing],
                SettingsVersion = Settings[^1].Version,
                Policy = SettingsMap.Values(Settings[^1].Values, "", Numbers).Quorum,
                Lease = new LeaseDocument(LeaseHeld, LeaseHeld ? 600 : 0),
                CommitIndex = 50,
                AppliedIndex = 50,
            };
            FenceOperationDocument[] open = [.. _operations.Where(each => each.Phase != FenceOperationPhase.Closed)];
            IReadOnlyList<AttentionDocument> attention = Advisor.Advise(quorum, Nodes, open, Groups);
            return Task.FromResult(new ClusterDocument
            {
                Cluster = Name,
                AnsweredBy = "n1",
                Version = "0.1.0",
                Healthy = attention.Count == 0,
                Epoch = 7,
                Position = (_events.Count == 0 ? DroppedThrough : EventLog.PositionOf(_events[^1])).ToString(),
                Quorum = quorum,
                Nodes = [.. Nodes],
                OpenFenceOperations = open,
                Groups = [.. Groups],
                Attention = attention,
            });
        }
    }

    public Task<IReadOnlyList<FenceOperationDocument>> ReadOperationsAsync(
        ulong after, int limit, bool openOnly, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FenceOperationDocument>>(
        [
            .. Operations.Where(each => each.Id > after && (!openOnly || each.Phase != FenceOperationPhase.Closed)).Take(limit),
        ]);

    public Task<FenceOperationDocument?> ReadOperationAsync(ulong id, CancellationToken cancellation) =>
        Task.FromResult(Interlocked.Exchange(ref _once, null) ?? Operations.FirstOrDefault(each => each.Id == id));

    /// <summary>The next question for an operation is answered with this one.</summary>
    public void AnswerOnce(FenceOperationDocument operation) => _once = operation;

    public void Replace(FenceOperationDocument operation)
    {
        lock (_gate)
        {
            _operations[_operations.FindIndex(each => each.Id == operation.Id)] = operation;
        }
    }

    public Task<EventSlice> ReadEventsAsync(EventPosition after, int limit, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return Task.FromResult(new EventSlice(
                [.. _events.Where(each => EventLog.PositionOf(each) > after).Take(limit)],
                DroppedThrough,
                _events.Count == 0 ? DroppedThrough : EventLog.PositionOf(_events[^1])));
        }
    }

    public async IAsyncEnumerable<ClusterEvent> WatchAsync(
        EventPosition after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        EventPosition position = after;
        while (true)
        {
            ClusterEvent[] found;
            Task more;
            lock (_gate)
            {
                if (position < DroppedThrough)
                {
                    throw new EventsGoneException();
                }

                found = [.. _events.Where(each => EventLog.PositionOf(each) > position)];
                more = _more.Task;
            }

            foreach (ClusterEvent each in found)
            {
                yield return each;
                position = EventLog.PositionOf(each);
            }

            if (found.Length == 0)
            {
                await more.WaitAsync(cancellation);
            }
        }
    }

    public Task<IReadOnlyList<KnownToken>> ReadTokensAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<KnownToken>>([.. Tokens]);

    public Task<IReadOnlyList<JoinPeer>> ReadFoundersAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<JoinPeer>>(
        [.. Enumerable.Range(1, 3).Select(number => new JoinPeer((uint)number, $"n{number}", [$"10.0.0.{number}:7101"]))]);

    public Task<(SettingsView Settings, NodeNumbers Nodes)> ReadSettingsAsync(CancellationToken cancellation) => Task.FromResult((Settings[^1], Numbers));

    public Task<IReadOnlyList<SettingsView>> ReadSettingsHistoryAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<SettingsView>>([.. Settings]);

    public Task<Command> MakeAssembleAsync(string who, CancellationToken cancellation) =>
        Task.FromResult(new Command { ClusterAssemble = new ClusterAssemble { Who = who } });

    public Task<CommandOutcome> SubmitAsync(Command command, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _submitted);
        lock (_gate)
        {
            Commands.Add(command);
        }

        return OnSubmit is { } answer ? answer(command, cancellation) : Task.FromResult(Apply(command));
    }

    public FenceOperationDocument AddOperation(string node, FenceOperationPhase phase, params FenceAttemptDocument[] attempts)
    {
        lock (_gate)
        {
            ulong id = _nextId++;
            var operation = new FenceOperationDocument
            {
                Id = id,
                Url = $"/v1/fencing/operations/{id}",
                Node = node,
                Incarnation = 13,
                Kind = FenceKind.Reboot,
                Reason = "test",
                Requester = "operator",
                Phase = phase,
                Result = phase == FenceOperationPhase.Closed ? "fenced" : null,
                Evidence = Evidence.None,
                OpenedAt = DateTime.UnixEpoch,
                Attempts = attempts,
            };
            _operations.Add(operation);
            return operation;
        }
    }

    private CommandOutcome Apply(Command command)
    {
        if (command.FenceConfirm is { } confirm)
        {
            int at = Nodes.FindIndex(node => node.Id == confirm.Node);
            if (Nodes[at].State != NodeState.Down)
            {
                return new CommandOutcome(OutcomeCode.WrongState, 50, 0, $"{Nodes[at].Name} is up");
            }

            Nodes[at] = Nodes[at] with { State = NodeState.Fenced, Evidence = Evidence.ConfirmedByHuman, ConfirmedBy = confirm.Who };
            return new CommandOutcome(OutcomeCode.Accepted, 50, 0, "");
        }

        if (ApplyNodes(command) is { } outcome)
        {
            return outcome;
        }

        FenceOpen open = command.FenceOpen;
        string request = $"{open.Node} {open.Kind} {open.Reason}";
        if (open.IdempotencyKey.Length > 0 && _keys.TryGetValue(open.IdempotencyKey, out (string Request, ulong Operation) earlier))
        {
            return earlier.Request == request
                ? new CommandOutcome(OutcomeCode.Accepted, 50, earlier.Operation, "")
                : new CommandOutcome(OutcomeCode.Conflict, 50, 0, "the idempotency key was used before for another request");
        }

        FenceOperationDocument made = AddOperation($"n{open.Node}", FenceOperationPhase.SeekingEvidence);
        if (open.IdempotencyKey.Length > 0)
        {
            _keys[open.IdempotencyKey] = (request, made.Id);
        }

        return new CommandOutcome(OutcomeCode.Accepted, 50, made.Id, "");
    }
}
