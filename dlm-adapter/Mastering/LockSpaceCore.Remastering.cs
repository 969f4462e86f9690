using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <content>Recovery, phase 2: locks whose master is gone find a new one.</content>
public sealed partial class LockSpaceCore
{
    private void TellMasters()
    {
        var batches = new SortedDictionary<MemberId, List<AdoptedLock>>();
        for (LocalLock? local = _firstLock; local is not null;)
        {
            LocalLock? next = local.Next;
            bool masterInOrder = CheckRoute(local.Route);
            if (local.IsHeld && local.State != LocalLockState.Releasing)
            {
                if (!masterInOrder)
                {
                    MoveToNewMaster(local, batches);
                }
            }
            else
            {
                KeepOrAskAgain(local, masterInOrder);
            }

            local = next;
        }

        SendBatches(batches, full => new LockMessageBody.Holding(full));
    }

    // Decided once for all locks of a resource: the answer must not change while they are moved.
    private bool CheckRoute(Route route)
    {
        if (route.CheckedIn == Generation)
        {
            return route.IsValid;
        }

        MemberId master = route.Master;
        bool serves = _options.Policy == MasteringPolicy.Directory || master == Server;
        Generation completed = LastCompleted;
        Generation since = _masteringSince;
        if (master != Self && _links.TryGetValue(master, out PeerLink? link))
        {
            completed = link.LastCompleted;
            since = link.MasteringSince;
        }

        route.CheckedIn = Generation;
        route.IsValid = _memberSet.Contains(master) && serves && since <= route.Since && route.Since <= completed;
        if (!route.IsValid)
        {
            route.Master = MemberId.None;
        }

        return route.IsValid;
    }

    private void MoveToNewMaster(LocalLock local, SortedDictionary<MemberId, List<AdoptedLock>> batches)
    {
        Route route = local.Route;
        MemberId master = _options.Policy == MasteringPolicy.LowestSlot ? Server : DirectoryOf(route.Name);
        route.Master = master;
        route.Since = Generation;
        LockMode? requested = null;
        LockFlags flags = LockFlags.None;
        if (local.State == LocalLockState.Asking)
        {
            requested = local.Requested;
            flags = local.Flags;
            local.SentTo = master;
        }

        var adopted = new AdoptedLock(route.Name, local.Number, local.Mode, local.Token, local.Operation, requested, flags);
        if (master == Self)
        {
            Adopt(Self, adopted);
        }
        else
        {
            AddToBatch(batches, master, adopted, full => new LockMessageBody.Holding(full));
        }
    }

    private void KeepOrAskAgain(LocalLock local, bool masterInOrder)
    {
        if (!_memberSet.Contains(local.Formerly))
        {
            local.Formerly = MemberId.None;
        }

        if (local.State == LocalLockState.Releasing)
        {
            if (!_memberSet.Contains(local.SentTo))
            {
                Unlink(local);
            }

            return;
        }

        if (local.SentTo == MemberId.None || (masterInOrder && local.SentTo == local.Route.Master))
        {
            return;
        }

        // It may have arrived, and may even be granted: a cancel has to reach whoever got it.
        local.Formerly = _memberSet.Contains(local.SentTo) ? local.SentTo : MemberId.None;
        local.SentTo = MemberId.None;
    }

    private void OnHolding(MemberId from, IReadOnlyList<AdoptedLock> locks)
    {
        if (State != LockSpaceState.Recovering)
        {
            return; // of a pass that is broken off here: it is all sent again in the next
        }

        foreach (AdoptedLock held in locks)
        {
            Adopt(from, held);
        }
    }

    private void Adopt(MemberId owner, AdoptedLock held)
    {
        Invariant.Check(
            held.Token < FencingToken.Compose(Generation, 0) || _options.Mutations != LockSpaceMutations.None,
            "an adopted lock was granted in an earlier generation, so every later token is greater");
        if (_options.Policy == MasteringPolicy.Directory)
        {
            EnterInDirectory(held.Resource, Self);
        }

        var id = new LockId(owner, held.Number);
        _table.Adopt(held.Resource, id, held.Granted, held.Token, held.Operation, held.Requested, held.Flags);
    }

    private void AddToBatch<T>(
        SortedDictionary<MemberId, List<T>> batches, MemberId to, T entry, Func<IReadOnlyList<T>, LockMessageBody> message)
    {
        if (!batches.TryGetValue(to, out List<T>? batch))
        {
            batch = [];
            batches.Add(to, batch);
        }

        batch.Add(entry);
        if (batch.Count == _options.BatchSize)
        {
            Send(to, message(batch));
            batches[to] = [];
        }
    }

    private void SendBatches<T>(SortedDictionary<MemberId, List<T>> batches, Func<IReadOnlyList<T>, LockMessageBody> message)
    {
        foreach ((MemberId to, List<T> batch) in batches)
        {
            if (batch.Count > 0)
            {
                Send(to, message(batch));
            }
        }
    }

    private string DescribeBarrier()
    {
        RecoveryPhase wanted = _phase;
        var missing = Members.Where(member => member.Id != Self && _links[member.Id].Done < wanted).Select(Describe);
        string what = wanted == RecoveryPhase.Directory ? "what they master" : "what they hold";
        return $"word from {string.Join(", ", missing)} that they have told {what} (recovery of {Generation})";
    }

    private string DescribeDeparted()
    {
        string[] gone = [.. Members.Where(member => _departed.Contains(member.Id)).Select(Describe)];
        return gone.Length == 0 ? string.Empty : $" (departed: {string.Join(", ", gone)})";
    }

    private static string Describe(GroupMember member) => $"{member.Id} on {member.NodeName}";
}
