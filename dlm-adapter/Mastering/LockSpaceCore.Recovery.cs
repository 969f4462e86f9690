using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <content>
/// What happens between a start and granting. Two phases, each ended by everybody telling everybody that it is done; links keep
/// order, so whoever has heard that from all has also everything that was sent before it.
/// <para>
/// Phase 1: masters tell the new directory what they master. With it, each says which generation it completed last, and since
/// when it has not thrown away what it masters. A master that had begun to adopt resources in a pass that was broken off has
/// thrown those away; a master that completed a pass keeps them, even if others saw that pass broken off: it has heard from
/// everybody that everything was sent.
/// </para>
/// <para>
/// Phase 2: holders look at their locks. The master of a lock is in order when it is still a member (and, with <see
/// cref="MasteringPolicy.LowestSlot"/>, the server), has completed the generation in which it last granted or adopted here, and
/// has not thrown away its locks since. All holders of a resource come to the same answer, because they all have heard the same
/// from that master. Locks without a master go to the directory member of their resource (or the server), which masters it from
/// now on. A request that is not granted holds nothing, so nothing of it has to be rebuilt: it is asked again, once, when the
/// recovery is over.
/// </para>
/// </content>
public sealed partial class LockSpaceCore
{
    private readonly HashSet<MemberId> _memberSet = [];
    private RecoveryPhase _phase;
    private Generation _masteringSince;
    private MemberId[] _departed = [];

    private void BeginRecovery(Generation generation, IReadOnlyList<GroupMember> members)
    {
        Generation = generation;
        Members = [.. members.OrderBy(member => member.Slot)];
        _memberIds = [.. Members.Select(member => member.Id).Order()];
        _memberSet.Clear();
        _memberSet.UnionWith(_memberIds);
        Invariant.Check(_memberSet.Contains(Self), "who is told of a start is a member of that generation");
        _departed = [];
        State = LockSpaceState.Recovering;
        _phase = RecoveryPhase.Directory;

        RenewLinks();
        KeepDeferredOfMembers();
        RenewTable();
        RenewRoutes();
        _directory.Clear();
        _forgottenTokens = 0;
        _refused.Clear();
        TellDirectory();
        TellAll(RecoveryPhase.Directory);
        foreach (MemberId member in _memberIds)
        {
            if (_links.TryGetValue(member, out PeerLink? link))
            {
                TakeEarly(link);
            }
        }

        PassBarriers();
    }

    private void RenewLinks()
    {
        foreach (PeerLink link in _links.Values.ToArray())
        {
            // Who has sent something of a later generation is no departed member but one that joins then.
            bool joinsLater = link.Early.TryPeek(out LockMessage? early) && early.Generation > Generation;
            if (!_memberSet.Contains(link.Peer) && !joinsLater)
            {
                _links.Remove(link.Peer);
            }
        }

        foreach (MemberId member in _memberIds)
        {
            if (member == Self)
            {
                continue;
            }

            if (!_links.TryGetValue(member, out PeerLink? link))
            {
                link = new PeerLink(member);
                _links.Add(member, link);
            }

            link.Done = RecoveryPhase.None;
        }
    }

    // The directory is built anew, so what concerns the old one is void.
    private void KeepDeferredOfMembers()
    {
        for (int left = _deferred.Count; left > 0; left--)
        {
            DeferredOperation deferred = _deferred.Dequeue();
            if (_memberSet.Contains(deferred.From) && deferred.Body is not (LockMessageBody.Lookup or LockMessageBody.Forget))
            {
                _deferred.Enqueue(deferred);
            }
        }
    }

    private void RenewTable()
    {
        _table.StartGeneration(Mutated(LockSpaceMutations.ForgetGenerationInTokens) ? new Generation(1) : Generation);
        if (_options.Policy == MasteringPolicy.LowestSlot && Server != Self)
        {
            // Somebody else serves. If this pass is broken off and it is this member's turn again, its locks would be out of
            // date.
            _table.DropAll();
            _masteringSince = Generation.Next;
        }

        if (!Mutated(LockSpaceMutations.KeepUnfinishedAdoptions))
        {
            _table.DropAdoptedAfter(LastCompleted);
        }

        _table.PurgeOwners(owner => !_memberSet.Contains(owner));
        _table.DropIdle();
    }

    private void RenewRoutes()
    {
        foreach (Route unused in _idleRoutes)
        {
            _routes.Remove(unused.Name);
        }

        _idleRoutes.Clear();
        for (LocalLock? local = _firstLock; local is not null; local = local.Next)
        {
            local.Route.LookupUnderWay = false;
            local.Route.Waiting.Clear();
        }
    }

    private void TellDirectory()
    {
        if (_options.Policy == MasteringPolicy.LowestSlot)
        {
            return;
        }

        var batches = new SortedDictionary<MemberId, List<ResourceName>>();
        foreach (ResourceName resource in _table.ResourceNames())
        {
            MemberId directory = DirectoryOf(resource);
            if (directory == Self)
            {
                EnterInDirectory(resource, Self);
            }
            else
            {
                AddToBatch(batches, directory, resource, full => new LockMessageBody.Mastered(full));
            }
        }

        SendBatches(batches, full => new LockMessageBody.Mastered(full));
    }

    private void OnMastered(MemberId from, IReadOnlyList<ResourceName> resources)
    {
        if (State != LockSpaceState.Recovering)
        {
            return;
        }

        foreach (ResourceName resource in resources)
        {
            EnterInDirectory(resource, from);
        }
    }

    private void EnterInDirectory(ResourceName resource, MemberId master)
    {
        MemberId known = FindOrAssign(resource, master);
        Invariant.Check(known == master, "a resource has one master");
    }

    private void TellAll(RecoveryPhase phase)
    {
        var done = new LockMessageBody.PhaseDone(phase, LastCompleted, _masteringSince);
        foreach (MemberId member in _memberIds)
        {
            if (member != Self)
            {
                Send(member, done);
            }
        }
    }

    private void OnPhaseDone(MemberId from, LockMessageBody.PhaseDone done)
    {
        if (State != LockSpaceState.Recovering || !_links.TryGetValue(from, out PeerLink? link))
        {
            return;
        }

        link.Done = done.Phase;
        link.LastCompleted = done.LastCompleted;
        link.MasteringSince = done.MasteringSince;
        PassBarriers();
    }

    private void PassBarriers()
    {
        if (_phase == RecoveryPhase.Directory && AllHaveDone(RecoveryPhase.Directory))
        {
            _phase = RecoveryPhase.Locks;
            TellMasters();
            TellAll(RecoveryPhase.Locks);
        }

        bool skip = Mutated(LockSpaceMutations.SkipLastBarrier);
        if (_phase == RecoveryPhase.Locks && (skip || AllHaveDone(RecoveryPhase.Locks)))
        {
            CompleteRecovery();
        }
    }

    private bool AllHaveDone(RecoveryPhase phase)
    {
        foreach (MemberId member in _memberIds)
        {
            if (member != Self && _links[member].Done < phase)
            {
                return false;
            }
        }

        return true;
    }

    private void CompleteRecovery()
    {
        _phase = RecoveryPhase.None;
        LastCompleted = Generation;
        State = LockSpaceState.Granting;
        Effects.Recovered.Clear();
        Effects.Recovered.Add(Generation);
        _passDue = true;
        if (HoldsLease(_now))
        {
            ServeDeferred();
        }

        SendWhatWasKept();
        Arm(_now + _options.IdleResource);
    }
}
