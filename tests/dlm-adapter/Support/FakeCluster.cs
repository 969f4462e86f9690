using Cluster.Client;
using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks.Tests.Support;

/// <summary>
/// A cluster in memory that keeps the promises the lock managers build on: one order of group changes, no start before every
/// departed member is proven stopped, slots, generations, acknowledgements. Deaths and evidence are the test's to give.
/// </summary>
public sealed class FakeCluster
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, FakeGroup> _groups = new(StringComparer.Ordinal);
    private readonly List<FakeNode> _nodes = [];
    private ulong _index;

    /// <summary>A new node, up, with a lease of an hour.</summary>
    public FakeNode AddNode(string name)
    {
        lock (_gate)
        {
            FakeNode node = new(new NodeId((uint)_nodes.Count + 1), name, new Incarnation(++_index));
            _nodes.Add(node);
            return node;
        }
    }

    /// <summary>A process's connection from <paramref name="node"/>.</summary>
    public FakeClient Connect(FakeNode node) => new(this, node);

    /// <summary>
    /// The node is declared down: its lease is over, groups it was in stop, and start only after <see cref="ProveStopped"/>. Its
    /// own processes hear nothing any more (they are dead or cut off).
    /// </summary>
    public void DeclareDown(FakeNode node)
    {
        lock (_gate)
        {
            node.State = NodeLifeState.Down;
            node.Lease.End();
            foreach (FakeGroup group in _groups.Values)
            {
                foreach (FakeMembership member in group.Members.Where(m => m.Node == node).ToList())
                {
                    group.Remove(member, clean: false, $"{node.Name} is down");
                }
            }
        }
    }

    /// <summary>The evidence that <paramref name="node"/> is stopped.</summary>
    public void ProveStopped(FakeNode node)
    {
        lock (_gate)
        {
            node.State = NodeLifeState.Fenced;
            foreach (FakeGroup group in _groups.Values)
            {
                group.Prove(node);
            }
        }
    }

    /// <summary>
    /// The node learns that its incarnation is over (it was declared down while it lived on): its members' stays end.
    /// </summary>
    public void EndIncarnation(FakeNode node, string reason)
    {
        lock (_gate)
        {
            node.State = NodeLifeState.Down;
            node.Lease.End();
            foreach (FakeGroup group in _groups.Values)
            {
                foreach (FakeMembership member in group.Members.Where(m => m.Node == node).ToList())
                {
                    group.Remove(member, clean: false, reason);
                    member.Deliver(new GroupChange.Ended(reason));
                }
            }
        }
    }

    /// <summary>Stops a group without a departure (quorum lost), until <see cref="Restart"/>.</summary>
    public void Stop(string group, string reason)
    {
        lock (_gate)
        {
            _groups[group].Stop([], reason);
        }
    }

    /// <summary>Starts a group that <see cref="Stop"/> stopped.</summary>
    public void Restart(string group)
    {
        lock (_gate)
        {
            _groups[group].TryStart();
        }
    }

    /// <summary>
    /// True when all members of <paramref name="group"/> have acknowledged its generation and there are so many.
    /// </summary>
    public bool IsReady(string group, int members)
    {
        lock (_gate)
        {
            return _groups.TryGetValue(group, out FakeGroup? found) && found.Ready && found.Members.Count == members;
        }
    }

    /// <summary>Whether anybody ever joined a group of that name.</summary>
    public bool HasGroup(string group)
    {
        lock (_gate)
        {
            return _groups.ContainsKey(group);
        }
    }

    /// <summary>For messages of failed waits.</summary>
    public string Describe()
    {
        lock (_gate)
        {
            return string.Join("; ", _groups.Values);
        }
    }

    internal MembershipSnapshot Snapshot(FakeNode self)
    {
        lock (_gate)
        {
            return new MembershipSnapshot(
                EventPosition.AfterIndex(_index),
                new Epoch(_index),
                self.Id,
                [.. _nodes.Select(n => new NodeSnapshot(n.Id, n.Name, n.Incarnation, n.State))]);
        }
    }

    internal FakeMembership Join(FakeNode node, GroupJoinOptions options)
    {
        lock (_gate)
        {
            if (node.State != NodeLifeState.Up)
            {
                throw new MembershipException($"join of {options.Group}: node {node.Name} is {node.State}, not a member");
            }

            if (!_groups.TryGetValue(options.Group, out FakeGroup? group))
            {
                _groups.Add(options.Group, group = new FakeGroup(options.Group));
            }

            GroupMember self = new(
                new MemberId(++_index), group.FreeSlot(), node.Id, node.Name, node.Incarnation, options.Endpoint);
            FakeMembership member = new(this, node, self, options.Group);
            group.Add(member);
            return member;
        }
    }

    internal void Leave(FakeMembership member)
    {
        lock (_gate)
        {
            if (member.Node.State == NodeLifeState.Up && _groups[member.Group].Members.Contains(member))
            {
                _groups[member.Group].Remove(member, clean: true, $"{member.Id} leaves");
            }

            member.Deliver(new GroupChange.Ended("left"));
        }
    }

    internal void Acknowledge(FakeMembership member, Generation generation)
    {
        lock (_gate)
        {
            _groups[member.Group].Acknowledge(member, generation);
        }
    }
}
