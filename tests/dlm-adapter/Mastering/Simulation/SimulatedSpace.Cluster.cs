using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks.Mastering.Tests.Simulation;

/// <content>What the cluster does: joins, stops, proofs, starts.</content>
internal sealed partial class SimulatedSpace
{
    private const int MostMembers = 5;

    private void Join()
    {
        if (_members.Count(m => !m.IsDeclaredDown) >= MostMembers)
        {
            return;
        }

        int slot = 0;
        while (_members.Any(m => !m.IsDeclaredDown && m.Member.Slot == slot))
        {
            slot++;
        }

        var id = new MemberId(++_lastId);
        var joined = new SimulatedMember(id, slot, _log.Count, new LockSpaceCore(_template with { Self = id }));
        foreach (SimulatedMember other in _members)
        {
            var link = new SimulatedLink(other, joined);
            _links.Add((other.Id, id), link);
            _linkList.Add(link);
        }

        _members.Add(joined);
        RenewLease(joined);
        StopGroup([]);
        if (_members.Count > 2 && _random.Chance(0.7))
        {
            return;
        }

        StartGroup();
    }

    private void ClusterActs()
    {
        SimulatedMember? lost = _members.Find(m => m.IsCutOff && !m.IsDeclaredDown && _now >= m.Lease);
        if (lost is not null && _random.Chance(0.5))
        {
            lost.IsDeclaredDown = true;
            Deaths++;
            StopGroup([lost]);
        }
        else if (_isStopped && _random.Chance(0.4))
        {
            StartGroup();
        }
    }

    private void StopGroup(IReadOnlyList<SimulatedMember> departed)
    {
        if (_isStopped && departed.Count == 0)
        {
            return;
        }

        _isStopped = true;
        _log.Add(new GroupEntry(_generation, null, [.. departed.Select(m => m.Member)]));
    }

    // Fencing: whoever was declared down is stopped before the next generation starts.
    private void StartGroup()
    {
        List<SimulatedMember> next = [.. _members.Where(m => !m.IsDeclaredDown).OrderBy(m => m.Member.Slot)];
        List<SimulatedMember> departed = [.. _current.Where(m => m.IsDeclaredDown)];
        foreach (SimulatedMember stopped in _members.Where(m => m.IsDeclaredDown))
        {
            stopped.Runs = false;
            Ledger.Departed(stopped.Id);
        }

        _members.RemoveAll(m => m.IsDeclaredDown);
        _linkList.RemoveAll(link => link.Low.IsDeclaredDown || link.High.IsDeclaredDown);
        _generation = _generation.Next;
        _isStopped = false;
        _current = next;
        _log.Add(new GroupEntry(_generation, [.. next.Select(m => m.Member)], [.. departed.Select(m => m.Member)]));
    }

    private bool TellGroup(SimulatedMember member)
    {
        if (!member.Runs || member.IsDeclaredDown || (member.IsCutOff && _now >= member.Lease) || member.NextEntry == _log.Count)
        {
            return false; // who has lost the cluster does not hear of it
        }

        GroupEntry entry = _log[member.NextEntry++];
        string change = entry.Members is null ? "stopped" : $"started with {string.Join(", ", entry.Members.Select(m => $"{m.Id} in slot {m.Slot}"))}";
        _trace?.Add($"{_now} {member.Id}: {entry.Generation} {change}");
        if (entry.Members is null)
        {
            member.Core.Stop(entry.Generation, [.. entry.Departed.Select(m => m.Id)], _now);
        }
        else
        {
            member.Core.Start(entry.Generation, entry.Members, entry.Departed, _now);
        }

        CarryOut(member);
        return true;
    }

    // No more faults: whoever is lost is fenced, everything is delivered, every user gives up what it gets. Then all must be
    // granted or ended.
    private void Heal()
    {
        foreach (SimulatedMember member in _members.Where(m => m.IsCutOff).ToArray())
        {
            _now = MonotonicTime.Max(_now, member.Lease);
            member.IsDeclaredDown = true;
            StopGroup([member]);
        }

        if (_isStopped)
        {
            StartGroup();
        }

        foreach (SimulatedLink link in _linkList.Where(link => link.IsCut))
        {
            link.IsCut = false;
        }

        for (int round = 0; round < 3000; round++)
        {
            if (HealRound())
            {
                return;
            }
        }

        throw new Violation($"liveness: after all faults were healed: {Describe()}");
    }

    // True when nothing is left to do.
    private bool HealRound()
    {
        _now += TimeSpan.FromMilliseconds(4);
        bool busy = false;
        foreach (SimulatedMember member in _members)
        {
            RenewLease(member);
            while (TellGroup(member))
            {
                busy = true;
            }

            TickOne(member);
        }

        foreach (SimulatedLink link in _linkList)
        {
            while (Deliver(link, true) | Deliver(link, false))
            {
                busy = true;
            }
        }

        foreach (UserLock user in Ledger.Locks.ToArray())
        {
            busy = true;
            GiveUp(user);
        }

        return !busy && _members.TrueForAll(m => m.Core.State == LockSpaceState.Granting
            && m.Acknowledged == _generation
            && m.Core.Counters is { LocalLocks: 0, MasteredLocks: 0, Deferred: 0 });
    }

    private void GiveUp(UserLock user)
    {
        SimulatedMember owner = _members.Find(m => m.Id == user.Id.Owner) ?? throw new Violation($"{user} has no owner");
        if (!user.IsAsking)
        {
            Ledger.Unlocked(user.Id);
            Expect(LockCallResult.Accepted, owner.Core.Unlock(user.Id, _now), user);
        }
        else if (user.IsHeld && user.Flags.HasFlag(LockFlags.NoDlckWt) && !user.CancelTried)
        {
            user.CancelTried = true; // a conversion deadlock that its user wished to break
            owner.Core.Cancel(user.Id, _now);
        }

        CarryOut(owner);
    }

    private string Describe()
    {
        var members = _members.Select(m =>
            $"{m.Id} {m.Core.State} {m.Core.Generation} ack {m.Acknowledged} {m.Core.Counters} waits for '{m.Core.WaitsFor(_now)}'");
        var locks = Ledger.Locks.Select(l => $"{l} on {l.Resource} asking {l.IsAsking} held {l.IsHeld} {l.Flags}");
        return $"{_generation}; {string.Join("; ", members)}; {string.Join("; ", locks)}";
    }
}
