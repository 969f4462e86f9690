using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <content>The fence ledger: intent before action, evidence before success (S4).</content>
public sealed partial class ClusterState
{
    private readonly Dictionary<string, KeyedRequest> _keys = [];
    private readonly Queue<string> _keyOrder = [];

    /// <summary>The operation that is open for a life of a node, if any.</summary>
    public FenceOperation? OpenOperation(NodeId node, Incarnation incarnation)
    {
        foreach (FenceOperation operation in _openOperations.Values)
        {
            if (operation.Node == node && operation.Incarnation == incarnation)
            {
                return operation;
            }
        }

        return null;
    }

    /// <summary>The operations that are not closed, oldest first.</summary>
    public IReadOnlyCollection<FenceOperation> OpenOperations => _openOperations.Values;

    private readonly SortedDictionary<ulong, FenceOperation> _openOperations = [];

    private CommandOutcome ApplyFenceOpen(FenceOpen open)
    {
        if (FindNode(new NodeId(open.Node)) is not { } node)
        {
            return UnknownNode(open.Node);
        }

        if (open.Reason.Length == 0 || open.Kind == FenceKind.Unspecified)
        {
            return Refused(OutcomeCode.Malformed, $"fencing {node.Name} needs a reason and a kind (off or reboot); give both");
        }

        KeyedRequest request = new(open.Node, open.Kind, open.Reason, default);
        if (open.IdempotencyKey.Length > 0 && _keys.TryGetValue(open.IdempotencyKey, out KeyedRequest? earlier))
        {
            return earlier with { Operation = default } == request
                ? Accepted(earlier.Operation.Value)
                : Refused(
                    OutcomeCode.Conflict,
                    $"the idempotency key was used before for another request (operation {earlier.Operation}); use a new key");
        }

        FenceOperation? operation = OpenOperation(node.Id, node.Incarnation);
        if (operation is not null && operation.Kind != open.Kind)
        {
            if (open.Kind != FenceKind.Off || operation.Phase != FencePhase.SeekingEvidence)
            {
                return Refused(
                    OutcomeCode.Conflict,
                    $"operation {operation.Id} is under way and will leave {node.Name} switched {(open.Kind == FenceKind.Off ? "on" : "off")}; "
                    + "ask again when it has ended");
            }

            // Staying off was asked for on purpose; coming back was not.
            operation.Kind = FenceKind.Off;
        }

        if (operation is null)
        {
            if (node.State is not (NodeLifeState.Up or NodeLifeState.Down))
            {
                return Refused(
                    OutcomeCode.WrongState,
                    $"{node.Name} can't be fenced: it is {node.State.ToString().ToLowerInvariant()}, no life of it is up or down");
            }

            if (node.State == NodeLifeState.Up && WouldLoseQuorum(node))
            {
                return Refused(
                    OutcomeCode.WouldLoseQuorum,
                    FeatureLevel < FeatureLevels.Membership
                        ? $"fencing {node.Name} would leave fewer than {Majority} of {_nodes.Count} voters up; bring another node up first"
                        : $"fencing {node.Name} would leave fewer than {VotesNeeded} of {VotesTotal} votes up; bring another voter up first");
            }

            operation = Open(node, open.Kind, open.Reason, open.Requester, open.IdempotencyKey);
        }

        operation.IsAskedFor = true;
        if (open.IdempotencyKey.Length > 0)
        {
            RememberKey(open.IdempotencyKey, request with { Operation = operation.Id });
        }

        return Accepted(operation.Id.Value);
    }

    private CommandOutcome ApplyFenceConfirm(FenceConfirm confirm)
    {
        if (FindNode(new NodeId(confirm.Node)) is not { } node)
        {
            return UnknownNode(confirm.Node);
        }

        if (confirm.Who.Length == 0)
        {
            return Refused(OutcomeCode.Malformed, $"confirming that {node.Name} is stopped needs a name: who says so");
        }

        if (confirm.Incarnation != 0 && confirm.Incarnation != node.Incarnation.Value)
        {
            return Refused(OutcomeCode.Stale, $"life i{confirm.Incarnation} of {node.Name} is over; its newest is {node.Incarnation}");
        }

        if (node.State != NodeLifeState.Down)
        {
            return Refused(
                OutcomeCode.WrongState,
                $"{node.Name} is {node.State.ToString().ToLowerInvariant()}; a human's word is taken only for a node that is down and not yet proven stopped");
        }

        FenceOperation? operation = OpenOperation(node.Id, node.Incarnation);
        if (operation?.Running is { } running)
        {
            End(operation, running, false, Evidence.None, "unknown", "a human's word came first", "", 0);
        }

        if (operation is not null && operation.Evidence < Evidence.ConfirmedByHuman)
        {
            operation.Evidence = Evidence.ConfirmedByHuman;
        }

        MarkFenced(node, Evidence.ConfirmedByHuman, operation?.Id ?? default, confirm.Who);
        if (operation is not null && !AnybodyWaitsFor(node))
        {
            Close(operation, "confirmed");
        }

        return Accepted(operation?.Id.Value ?? 0);
    }

    private FenceOperation Open(NodeRecord node, FenceKind kind, string reason, string requester, string key)
    {
        FenceOperation operation = new(new OperationId(_applying.Value), node.Id, node.Name, node.Incarnation)
        {
            Kind = kind,
            Reason = reason,
            Requester = requester,
            IdempotencyKey = key,
            OpenedAtUnixMs = _applyingAtUnixMs,
        };
        _operations.Add(operation.Id.Value, operation);
        _openOperations.Add(operation.Id.Value, operation);
        TrimOperations();
        Emit(new ClusterEvent
        {
            FenceOpened = new FenceOpenedEvent
            {
                Operation = operation.Id.Value,
                Node = node.Id.Value,
                Name = node.Name,
                Incarnation = node.Incarnation.Value,
                Kind = kind,
                Reason = reason,
                Requester = requester,
            },
        });
        return operation;
    }

    private void Close(FenceOperation operation, string result)
    {
        operation.Phase = FencePhase.Closed;
        operation.Result = result;
        operation.ClosedAtUnixMs = _applyingAtUnixMs;
        _openOperations.Remove(operation.Id.Value);
        Emit(new ClusterEvent
        {
            FenceClosed = new FenceClosedEvent
            {
                Operation = operation.Id.Value,
                Node = operation.Node.Value,
                Name = operation.NodeName,
                Outcome = result,
            },
        });
    }

    /// <summary>A node that has joined again needs nobody to switch it on.</summary>
    private void ClosePowerOns(NodeRecord node)
    {
        FenceOperation? waiting = null;
        foreach (FenceOperation operation in _openOperations.Values)
        {
            if (operation.Node == node.Id)
            {
                waiting = operation;
            }
        }

        if (waiting is null)
        {
            return;
        }

        Invariant.Check(waiting.Phase == FencePhase.SwitchingOn, "a node joins only when its former life needs no more evidence");
        if (waiting.Running is { } running)
        {
            End(waiting, running, true, Evidence.None, "", "the node joined before the attempt was reported", "", 0);
        }

        Close(waiting, "powered-on");
    }

    private void RememberKey(string key, KeyedRequest request)
    {
        _keys.Add(key, request);
        _keyOrder.Enqueue(key);
        TrimKeys();
    }

    private void TrimKeys()
    {
        while (_keyOrder.Count > Settings.Values.Limits.OperationsRetained)
        {
            _keys.Remove(_keyOrder.Dequeue());
        }
    }

    private void TrimOperations()
    {
        int surplus = _operations.Count - Settings.Values.Limits.OperationsRetained;
        if (surplus <= 0)
        {
            return;
        }

        List<ulong> oldest = [];
        foreach (FenceOperation operation in _operations.Values)
        {
            if (operation.Phase == FencePhase.Closed && oldest.Count < surplus)
            {
                oldest.Add(operation.Id.Value);
            }
        }

        foreach (ulong id in oldest)
        {
            _operations.Remove(id);
        }
    }

    private sealed record KeyedRequest(uint Node, FenceKind Kind, string Reason, OperationId Operation);
}
