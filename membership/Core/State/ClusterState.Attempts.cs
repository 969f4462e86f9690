using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <content>Attempts of fence operations, and the evidence they bring.</content>
public sealed partial class ClusterState
{
    /// <summary>How many times switching a rebooted node on is tried before the operation is closed without.</summary>
    private const int SwitchOnAttempts = 5;

    private CommandOutcome ApplyAttemptStart(FenceAttemptStart start)
    {
        if (!_openOperations.TryGetValue(start.Operation, out FenceOperation? operation)
            || start.Attempt != operation.AttemptList.Count + 1)
        {
            return Refused(OutcomeCode.Stale, $"attempt {start.Attempt} of operation f{start.Operation} is not the next one");
        }

        NodeRecord target = _nodes[operation.Node];
        AttemptAction expected = operation.Phase == FencePhase.SwitchingOn ? AttemptAction.SwitchOn : AttemptAction.SwitchOff;
        if (start.Action != expected || target.State == NodeLifeState.Up)
        {
            return Refused(OutcomeCode.WrongState, $"operation {operation.Id} is not ready for this action");
        }

        // A leader that is no member may act where no member can: after all daemons were started anew, nobody is a member before somebody is fenced.
        bool leadsOnly = start.ExecutorIncarnation == 0 && start.ExecutorNonce != 0;
        if (FindNode(new NodeId(start.Executor)) is not { } executor
            || executor == target
            || !(leadsOnly || IsStillUp(executor.Id, new Incarnation(start.ExecutorIncarnation))))
        {
            return Refused(OutcomeCode.Stale, $"the executor #{start.Executor} named for operation {operation.Id} is not up");
        }

        if (operation.Running is { } lost)
        {
            End(operation, lost, false, Evidence.None, "unknown", "the executor was lost before it reported", "", 0);
        }

        Incarnation life = new(start.ExecutorIncarnation);
        operation.AttemptList.Add(new FenceAttempt(start.Attempt, executor.Id, life, start.ExecutorNonce, start.Level, start.Action)
        {
            StartedAtUnixMs = _applyingAtUnixMs,
        });
        Emit(new ClusterEvent
        {
            FenceAttemptStarted = new FenceAttemptStartedEvent
            {
                Operation = operation.Id.Value,
                Attempt = start.Attempt,
                Node = operation.Node.Value,
                Name = operation.NodeName,
                Executor = executor.Id.Value,
                ExecutorName = executor.Name,
                Level = start.Level,
                Action = start.Action,
            },
        });
        return Accepted(operation.Id.Value);
    }

    private CommandOutcome ApplyAttemptEnd(FenceAttemptEnd end)
    {
        if (!_openOperations.TryGetValue(end.Operation, out FenceOperation? operation)
            || operation.Running is not { } attempt
            || attempt.Number != end.Attempt)
        {
            return Refused(OutcomeCode.Stale, $"attempt {end.Attempt} of operation f{end.Operation} is over");
        }

        // S4: switching off without something observed is no success, whatever the agent says.
        bool off = attempt.Action == AttemptAction.SwitchOff;
        bool succeeded = end.Succeeded && (!off || end.Evidence != Evidence.None);
        string failure = succeeded ? "" : end.Failure.Length > 0 ? end.Failure : "device";
        End(operation, attempt, succeeded, off ? end.Evidence : Evidence.None, failure, end.Detail, end.Device, end.TookMs);
        if (off && succeeded)
        {
            EvidenceFound(operation, end.Evidence);
        }
        else if (!off && succeeded)
        {
            Close(operation, "powered-on");
        }
        else if (!off && CountSwitchOns(operation) >= SwitchOnAttempts)
        {
            Close(operation, "on-failed");
        }

        return Accepted(operation.Id.Value);
    }

    private void EvidenceFound(FenceOperation operation, Evidence evidence)
    {
        NodeRecord node = _nodes[operation.Node];
        Invariant.Check(node.Incarnation == operation.Incarnation, "an open operation is about the newest life of its node");
        operation.Evidence = evidence > operation.Evidence ? evidence : operation.Evidence;
        MarkFenced(node, evidence, operation.Id, "");
        if (AnybodyWaitsFor(node))
        {
            return;
        }

        if (operation.Kind == FenceKind.Reboot)
        {
            operation.Phase = FencePhase.SwitchingOn;
        }
        else
        {
            Close(operation, "fenced");
        }
    }

    private void End(
        FenceOperation operation,
        FenceAttempt attempt,
        bool succeeded,
        Evidence evidence,
        string failure,
        string detail,
        string device,
        long tookMs)
    {
        attempt.Ended = true;
        attempt.Succeeded = succeeded;
        attempt.Evidence = evidence;
        attempt.Failure = failure;
        attempt.Detail = detail;
        attempt.Device = device;
        attempt.TookMs = tookMs;
        Emit(new ClusterEvent
        {
            FenceAttemptEnded = new FenceAttemptEndedEvent
            {
                Operation = operation.Id.Value,
                Attempt = attempt.Number,
                Node = operation.Node.Value,
                Name = operation.NodeName,
                Action = attempt.Action,
                Succeeded = succeeded,
                Evidence = evidence,
                Detail = detail,
                Failure = failure,
                Device = device,
                TookMs = tookMs,
            },
        });
    }

    private static int CountSwitchOns(FenceOperation operation)
    {
        int count = 0;
        foreach (FenceAttempt attempt in operation.AttemptList)
        {
            count += attempt.Action == AttemptAction.SwitchOn ? 1 : 0;
        }

        return count;
    }
}
