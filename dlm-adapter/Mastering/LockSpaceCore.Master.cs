using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <content>
/// This member as master, and as its share of the directory. What may not be served now (no lease, no recovered generation) is
/// kept in order and served later.
/// </content>
public sealed partial class LockSpaceCore
{
    private readonly Queue<DeferredOperation> _deferred = new();

    // Who masters what, for the resources that this member is the directory of.
    private readonly Dictionary<ResourceName, MemberId> _directory = [];

    // How far the tokens of masters have counted that gave up a resource of this directory: the next master of any of them counts
    // on from here.
    private ulong _forgottenTokens;
    private bool _passDue;
    private bool _draining;

    private void ServeOrDefer(MemberId from, Generation generation, LockMessageBody body)
    {
        if (MayServe)
        {
            Serve(from, body);
        }
        else
        {
            _deferred.Enqueue(new DeferredOperation(from, generation, body));
        }
    }

    private void ServeDeferred()
    {
        if (_passDue)
        {
            _passDue = false;
            _table.GrantAfterRecovery();
            DrainTable();
        }

        while (_deferred.TryDequeue(out DeferredOperation deferred))
        {
            Serve(deferred.From, deferred.Body);
        }
    }

    private void Serve(MemberId from, LockMessageBody body)
    {
        switch (body)
        {
            case LockMessageBody.Request request:
                ServeRequest(from, request.Resource, request.Number, request.Operation, request.Mode, request.Flags);
                break;
            case LockMessageBody.Convert convert:
                _table.Convert(new LockId(from, convert.Number), convert.Mode, convert.Flags, convert.Operation);
                DrainTable();
                break;
            case LockMessageBody.Cancel cancel:
                _table.Cancel(new LockId(from, cancel.Number), cancel.Operation);
                DrainTable();
                break;
            case LockMessageBody.Unlock unlock:
                _table.Unlock(new LockId(from, unlock.Number));
                DrainTable();
                break;
            case LockMessageBody.Lookup lookup:
                MemberId master = FindOrAssign(lookup.Resource, from);
                Send(from, new LockMessageBody.MasterIs(lookup.Resource, master, _forgottenTokens));
                break;
            case LockMessageBody.Forget forget:
                Forget(from, forget.Resource, forget.TokenFloor);
                break;
            default:
                Invariant.Check(false, "only operations on the master and the directory are deferred");
                break;
        }
    }

    private void ServeRequest(MemberId from, ResourceName resource, ulong number, uint operation, LockMode mode, LockFlags flags)
    {
        var id = new LockId(from, number);
        if (_table.TryGetLock(id, out TableLockView known))
        {
            // Asked again after a recovery in which the holder could not know whether the request had arrived.
            if (known.State == TableLockState.Granted && known.Operation == operation)
            {
                Complete(new LockCompletion(id, operation, LockStatus.Granted, known.Granted, known.Token, known.Demoted));
            }
        }
        else if (!Masters(resource))
        {
            if (from == Self)
            {
                OnNotMaster(from, number, operation);
            }
            else
            {
                Send(from, new LockMessageBody.NotMaster(number, operation));
            }
        }
        else
        {
            _table.Request(resource, id, mode, flags, operation);
            DrainTable();
        }
    }

    private bool Masters(ResourceName resource) =>
        _options.Policy == MasteringPolicy.LowestSlot ? Server == Self : _table.Contains(resource);

    // What the table decided goes to the holders. A completion for a lock that is gone makes its holder unlock it again, here and
    // now when the holder is this member: that only adds to the lists being walked.
    private void DrainTable()
    {
        if (_draining)
        {
            return;
        }

        _draining = true;
        for (int completed = 0, noticed = 0; completed < _table.Completions.Count || noticed < _table.Notices.Count;)
        {
            if (completed < _table.Completions.Count)
            {
                Complete(_table.Completions[completed++]);
                continue;
            }

            BlockingNotice notice = _table.Notices[noticed++];
            if (notice.Id.Owner == Self)
            {
                OnBlocking(notice.Id.Number, notice.BlockedMode);
            }
            else
            {
                Send(notice.Id.Owner, new LockMessageBody.Blocking(notice.Id.Number, notice.BlockedMode));
            }
        }

        _table.Completions.Clear();
        _table.Notices.Clear();
        _draining = false;
        if (_table.TryGetLongestIdle(out _, out var since))
        {
            Arm(since + _options.IdleResource);
        }
    }

    private void Complete(LockCompletion completion)
    {
        if (completion.Id.Owner == Self)
        {
            OnCompleted(Self, Generation, completion);
            return;
        }

        Send(
            completion.Id.Owner,
            new LockMessageBody.Completed(
                completion.Id.Number,
                completion.Operation,
                completion.Status,
                completion.Mode,
                completion.Token,
                completion.Demoted));
    }

    private MemberId FindOrAssign(ResourceName resource, MemberId asker)
    {
        if (!_directory.TryGetValue(resource, out MemberId master))
        {
            master = asker;
            _directory.Add(resource, master);
        }

        return master;
    }

    private void Forget(MemberId master, ResourceName resource, ulong tokens)
    {
        if (_directory.TryGetValue(resource, out MemberId known) && known == master)
        {
            _directory.Remove(resource);
            _forgottenTokens = Math.Max(_forgottenTokens, tokens);
        }
    }

    // A resource that nobody has locked for a while is given back, so that its next user masters it.
    private void ForgetIdle()
    {
        while (MayServe
            && _table.TryGetLongestIdle(out ResourceName resource, out var since)
            && since + _options.IdleResource <= _now)
        {
            // The answer to a lookup under way may name this member as master: it would count for more than a Forget that the
            // directory gets after it.
            if (_routes.TryGetValue(resource, out Route? route) && route.LookupUnderWay)
            {
                break;
            }

            _table.RemoveIdle(resource);
            if (_options.Policy == MasteringPolicy.LowestSlot)
            {
                continue;
            }

            if (route is not null && route.Master == Self)
            {
                route.Master = MemberId.None;
            }

            MemberId directory = DirectoryOf(resource);
            if (directory == Self)
            {
                Forget(Self, resource, _table.TokenCounter);
            }
            else
            {
                Send(directory, new LockMessageBody.Forget(resource, _table.TokenCounter));
            }
        }

        ForgetIdleRoutes();
        if (_table.TryGetLongestIdle(out _, out var next))
        {
            Arm(MonotonicTime.Max(next + _options.IdleResource, _now + _options.AcknowledgeAfter));
        }
    }

    private readonly record struct DeferredOperation(MemberId From, Generation Generation, LockMessageBody Body);
}
