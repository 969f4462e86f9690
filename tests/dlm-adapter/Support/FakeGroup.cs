using Cluster.Client;
using Cluster.Membership;

namespace Cluster.Locks.Tests.Support;

/// <summary>
/// One group's life: stop at each change, start when every departed member is proven stopped, ready when all have acknowledged.
/// </summary>
internal sealed class FakeGroup(string name)
{
    private readonly List<FakeMembership> _departed = [];
    private readonly List<FakeMembership> _unproven = [];

    public List<FakeMembership> Members { get; } = [];

    public Generation Generation { get; private set; }

    public bool Running { get; private set; }

    public bool Ready { get; private set; }

    public int FreeSlot()
    {
        int slot = 0;
        while (Members.Exists(m => m.Self.Slot == slot) || _departed.Exists(m => m.Self.Slot == slot))
        {
            slot++;
        }

        return slot;
    }

    public void Add(FakeMembership member)
    {
        Members.Add(member);
        Stop([], $"{member.Id} joins");
        TryStart();
    }

    public void Remove(FakeMembership member, bool clean, string reason)
    {
        if (!Members.Remove(member))
        {
            return;
        }

        _departed.Add(member);
        if (!clean)
        {
            _unproven.Add(member);
        }

        Stop([member.Id], reason);
        TryStart();
    }

    public void Prove(FakeNode node)
    {
        _unproven.RemoveAll(m => m.Node == node);
        TryStart();
    }

    public void Acknowledge(FakeMembership member, Generation generation)
    {
        if (generation != Generation || !Running)
        {
            return;
        }

        member.Acknowledged = generation;
        if (!Ready && Members.TrueForAll(m => m.Acknowledged == generation))
        {
            Ready = true;
            Tell(new GroupChange.Ready(generation));
        }
    }

    public void Stop(IReadOnlyList<MemberId> departed, string reason)
    {
        Running = false;
        Ready = false;
        Tell(new GroupChange.Stopped(Generation, departed, reason));
    }

    public void TryStart()
    {
        if (_unproven.Count > 0 || Members.Count == 0)
        {
            return;
        }

        Generation = Generation.Next;
        Running = true;
        List<GroupMember> members = [.. Members.Select(m => m.Self).OrderBy(m => m.Slot)];
        List<GroupMember> departed = [.. _departed.Select(m => m.Self).OrderBy(m => m.Slot)];
        _departed.Clear();
        Tell(new GroupChange.Started(Generation, members, departed));
    }

    public override string ToString() =>
        $"{name} {Generation} running={Running} ready={Ready} members=[{string.Join(' ', Members.Select(m => $"{m.Id}:{m.Acknowledged}"))}] "
        + $"unproven=[{string.Join(' ', _unproven.Select(m => m.Id))}]";

    private void Tell(GroupChange change)
    {
        foreach (FakeMembership member in Members)
        {
            member.Deliver(change);
        }
    }
}
