using System.Buffers.Binary;
using Cluster.Membership;

namespace Cluster.Locks.Hosting;

/// <summary>One member's way to the other members of its lock space. All but what the network reports is called under
/// the host's gate.</summary>
internal sealed class MemberPort(MemberNetwork network, MemberId self, IMemberPortReceiver receiver)
{
    private readonly SortedDictionary<MemberId, SharedLink> _links = [];

    public MemberId Self { get; } = self;

    /// <summary>Links to these members and to no others.</summary>
    public void SetMembers(IReadOnlyList<GroupMember> members)
    {
        List<MemberId> gone = [.. _links.Keys.Except(members.Select(m => m.Id))];
        foreach (MemberId id in gone)
        {
            _links.Remove(id, out SharedLink? link);
            network.Return(link!, this, id);
        }

        foreach (GroupMember member in members)
        {
            if (member.Id != Self && !_links.ContainsKey(member.Id) && network.Borrow(member, this) is { } link)
            {
                _links.Add(member.Id, link);
            }
        }
    }

    /// <summary>Queues a message to a member; false when it was dropped: no such member, or too much waits.</summary>
    public bool TrySend(MemberId to, ReadOnlySpan<byte> message)
    {
        if (!_links.TryGetValue(to, out SharedLink? link))
        {
            return false;
        }

        byte[] frame = GC.AllocateUninitializedArray<byte>(MemberNetwork.HeaderBytes + message.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(frame, to.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(8), Self.Value);
        message.CopyTo(frame.AsSpan(MemberNetwork.HeaderBytes));
        return link.TrySend(frame);
    }

    /// <summary>Why a member cannot be reached; null when nothing is known against it.</summary>
    public string? TroubleWith(MemberId member) => _links.TryGetValue(member, out SharedLink? link) ? link.LastError : null;

    /// <summary>Ends receiving and returns the links.</summary>
    public void Close()
    {
        network.Remove(this);
        SetMembers([]);
    }

    internal void Receive(MemberId from, ReadOnlyMemory<byte> message) => receiver.Received(from, message);

    internal void Reconnected(MemberId member) => receiver.Reconnected(member);
}
