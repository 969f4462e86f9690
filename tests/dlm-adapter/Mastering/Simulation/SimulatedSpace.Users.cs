namespace Cluster.Locks.Mastering.Tests.Simulation;

/// <content>What users do.</content>
internal sealed partial class SimulatedSpace
{
    private const int MostLocksOfOne = 4;

    private void UserActs(SimulatedMember member)
    {
        if (!member.Runs)
        {
            return;
        }

        List<UserLock> own = [.. Ledger.Locks.Where(user => user.Id.Owner == member.Id)];
        if (own.Count == 0 || (own.Count < MostLocksOfOne && _random.Chance(0.4)))
        {
            Request(member);
        }
        else
        {
            Use(member, own[(int)_random.Below((ulong)own.Count)]);
        }

        CarryOut(member);
    }

    private void Request(SimulatedMember member)
    {
        LockMode mode = RandomMode();
        LockFlags flags = LockFlags.None;
        flags |= _random.Chance(0.1) ? LockFlags.NoQueue : 0;
        flags |= _random.Chance(0.05) ? LockFlags.NoOrder : 0;
        flags |= _random.Chance(0.05) ? LockFlags.HeadQue : 0;
        flags |= mode == LockMode.NL && _random.Chance(0.5) ? LockFlags.Expedite : 0;
        string resource = Resources[(int)_random.Below((ulong)Resources.Length)];
        LockId id = member.Core.Request(ResourceName.Create(resource), mode, flags, _now);
        Ledger.Requested(id, resource, flags);
    }

    private void Use(SimulatedMember member, UserLock user)
    {
        if (user.IsAsking)
        {
            if (_random.Chance(0.1) && !user.CancelTried)
            {
                user.CancelTried = true;
                Expect(LockCallResult.Accepted, member.Core.Cancel(user.Id, _now), user);
            }
            else if (_random.Chance(0.1))
            {
                Expect(LockCallResult.Busy, member.Core.Unlock(user.Id, _now), user);
            }

            return;
        }

        if (_random.Chance(0.6))
        {
            Ledger.Unlocked(user.Id);
            Expect(LockCallResult.Accepted, member.Core.Unlock(user.Id, _now), user);
            return;
        }

        LockMode mode = RandomMode();
        LockFlags flags = LockFlags.None;
        flags |= _random.Chance(0.1) ? LockFlags.NoQueue : 0;
        flags |= _random.Chance(0.1) ? LockFlags.QueCvt : 0;
        flags |= _random.Chance(0.1) ? LockFlags.ConvDeadlk : 0;
        flags |= _random.Chance(0.05) ? LockFlags.NoDlckWt : 0;
        LockMode held = user.Mode;
        if (!LockFlagRules.FitConversion(held, mode, flags))
        {
            Expect(LockCallResult.InvalidArgument, member.Core.Convert(user.Id, mode, flags, _now), user);
            return;
        }

        Ledger.Converting(user.Id, mode, flags);
        Expect(LockCallResult.Accepted, member.Core.Convert(user.Id, mode, flags, _now), user);
    }

    private LockMode RandomMode() => _random.Below(8) switch
    {
        0 => LockMode.NL,
        1 => LockMode.CR,
        2 => LockMode.CW,
        3 or 4 => LockMode.PR,
        5 => LockMode.PW,
        _ => LockMode.EX,
    };

    private static void Expect(LockCallResult expected, LockCallResult actual, UserLock user)
    {
        if (expected != actual)
        {
            throw new Violation($"{user}: the call was {actual}, not {expected}");
        }
    }
}
