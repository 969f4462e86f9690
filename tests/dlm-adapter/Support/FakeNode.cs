using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks.Tests.Support;

/// <summary>A node of the <see cref="FakeCluster"/>: one machine with its clock and its lease.</summary>
public sealed class FakeNode
{
    internal FakeNode(NodeId id, string name, Incarnation incarnation)
    {
        Id = id;
        Name = name;
        Incarnation = incarnation;
        Clock = new FakeClock();
        Lease = new FakeLease(Clock);
    }

    public NodeId Id { get; }

    public string Name { get; }

    public Incarnation Incarnation { get; }

    public FakeClock Clock { get; }

    public FakeLease Lease { get; }

    internal NodeLifeState State { get; set; } = NodeLifeState.Up;
}
