using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>
/// The fence attempts that name this process: each is ordered once, as soon as the cluster is known to count on this process now. A node that was cut
/// off or stalled reads of its attempt late: another may have carried it out since, and the target, back in a new life, must not be switched off for
/// what the former one did (L3).
/// </summary>
internal sealed class AttemptOrders(MembershipOptions options, SettingsInForce settings, ClusterState state, LeaseGrantor grantor, LeaseHolder holder)
{
    private readonly List<(OperationId Operation, uint Attempt)> _waiting = [];
    private readonly List<(OperationId Operation, uint Attempt)> _ordered = [];

    /// <summary>An attempt was committed.</summary>
    /// <param name="operation">Its operation.</param>
    /// <param name="attempt">Its number in it.</param>
    /// <param name="ownLife">This process's life as a member.</param>
    public void Committed(OperationId operation, uint attempt, Incarnation ownLife)
    {
        if (Running(operation, attempt, ownLife) is not null)
        {
            _waiting.Add((operation, attempt));
        }
    }

    /// <summary>
    /// The state was replaced by a later one: attempts that name this process may have been committed among what was left out, and ordered ones may be over.
    /// </summary>
    public void Restored(Incarnation ownLife, List<(OperationId Operation, uint Attempt)> cancels)
    {
        foreach ((OperationId operation, uint attempt) in _ordered)
        {
            if (Running(operation, attempt, ownLife) is null)
            {
                cancels.Add((operation, attempt));
            }
        }

        foreach (FenceOperation operation in state.OpenOperations)
        {
            if (operation.Running is { } running
                && !_ordered.Contains((operation.Id, running.Number))
                && !_waiting.Contains((operation.Id, running.Number)))
            {
                Committed(operation.Id, running.Number, ownLife);
            }
        }
    }

    public void Tick(MonotonicTime now, Incarnation ownLife, List<FenceOrder> orders)
    {
        _ordered.RemoveAll(each => Running(each.Operation, each.Attempt, ownLife) is null);
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            (OperationId id, uint number) = _waiting[i];
            FenceAttempt? attempt = Running(id, number, ownLife);
            if (attempt is null)
            {
                _waiting.RemoveAt(i);
            }
            else if (attempt.ExecutorIncarnation == Incarnation.None ? grantor.MayGrant(now) : now < holder.Deadline)
            {
                _waiting.RemoveAt(i);
                _ordered.Add((id, number));
                string target = state.FindOperation(id)!.NodeName;
                orders.Add(new FenceOrder(id, number, target, attempt.Level, attempt.Action, settings.Fencing.AttemptDeadline));
            }
        }
    }

    /// <summary>The attempt, if it is under way and this process's to carry out.</summary>
    private FenceAttempt? Running(OperationId operation, uint attempt, Incarnation ownLife)
    {
        FenceAttempt? running = state.FindOperation(operation)?.Running;
        if (running is null || running.Number != attempt || running.Executor != options.Self)
        {
            return null;
        }

        // An attempt that names a former life of this node, or a former process of it, was somebody else's: that process is gone.
        bool mine = running.ExecutorIncarnation == Incarnation.None
            ? running.ExecutorNonce == options.Nonce
            : running.ExecutorIncarnation == ownLife;
        return mine ? running : null;
    }
}
