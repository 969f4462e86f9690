using Cluster.Membership;

namespace Cluster.Locks.Mastering.Tests.Simulation;

/// <summary>
/// What the users know: who holds what, which operations are under way, and the greatest tokens seen. Checks S6, S8 and that each
/// operation ends once.
/// </summary>
internal sealed class LockLedger
{
    private readonly Dictionary<LockId, UserLock> _locks = [];
    private readonly Dictionary<(string Resource, LockMode Mode), FencingToken> _greatest = [];

    public int Granted { get; private set; }

    public int Deadlocks { get; private set; }

    public IReadOnlyCollection<UserLock> Locks => _locks.Values;

    public void Requested(LockId id, string resource, LockFlags flags) =>
        _locks.Add(id, new UserLock(id, resource) { Operation = 1, IsAsking = true, Flags = flags });

    public void Converting(LockId id, LockMode mode, LockFlags flags)
    {
        UserLock converting = _locks[id];
        converting.Operation++;
        converting.IsAsking = true;
        converting.Flags = flags;
        converting.Mode = flags.HasFlag(LockFlags.ConvDeadlk)
            ? LockMode.NL // the user has agreed to lose it
            : LockCompatibility.WhileConverting(converting.Mode, mode);
    }

    public void Unlocked(LockId id) => _locks.Remove(id);

    /// <summary>The member is proven stopped: nobody uses its locks any more.</summary>
    public void Departed(MemberId member)
    {
        foreach (LockId id in _locks.Keys.Where(id => id.Owner == member).ToArray())
        {
            _locks.Remove(id);
        }
    }

    public void Completed(LockCompletion completion)
    {
        if (!_locks.TryGetValue(completion.Id, out UserLock? user) || !user.IsAsking || user.Operation != completion.Operation)
        {
            throw new Violation($"nobody waits for {completion}");
        }

        user.IsAsking = false;
        user.CancelTried = false;
        switch (completion.Status)
        {
            case LockStatus.Granted:
                user.IsHeld = true;
                user.Mode = completion.Mode;
                CheckCompatible(user);
                CheckToken(user, completion.Token);
                Granted++;
                break;
            case LockStatus.Lost:
                _locks.Remove(completion.Id);
                break;
            default:
                Deadlocks += completion.Status == LockStatus.Deadlock ? 1 : 0;
                if (!user.IsHeld)
                {
                    _locks.Remove(completion.Id);
                }
                else
                {
                    user.Mode = completion.Mode;
                    CheckCompatible(user);
                }

                break;
        }
    }

    public void Noticed(BlockingNotice notice)
    {
        if (!_locks.TryGetValue(notice.Id, out UserLock? user) || !user.IsHeld)
        {
            throw new Violation($"S8: a notice for {notice.Id}, which is not held");
        }
    }

    private void CheckCompatible(UserLock user)
    {
        foreach (UserLock other in _locks.Values)
        {
            if (other != user && other.IsHeld && other.Resource == user.Resource && !LockCompatibility.AreCompatible(other.Mode, user.Mode))
            {
                throw new Violation($"S8: {user} and {other} on {user.Resource}");
            }
        }
    }

    // A grant that excludes an earlier one came after it was given up: its token must be greater. (Compatible grants may be told
    // in another order.)
    private void CheckToken(UserLock user, FencingToken token)
    {
        for (LockMode mode = LockMode.NL; mode <= LockMode.EX; mode++)
        {
            if (!LockCompatibility.AreCompatible(mode, user.Mode)
                && _greatest.TryGetValue((user.Resource, mode), out FencingToken earlier)
                && token <= earlier)
            {
                throw new Violation($"S6: {user} has token {token}, but {mode} was granted with {earlier} before");
            }
        }

        (string, LockMode) key = (user.Resource, user.Mode);
        _greatest[key] = _greatest.TryGetValue(key, out FencingToken greatest) && greatest > token ? greatest : token;
    }
}
