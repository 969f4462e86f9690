using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks.Tests.Support;

/// <summary>A node of the <see cref="FakeCluster"/>: one machine with its clock and its lease.</summary>
public sealed class FakeNode
{
    private int _acknowledgementsToFail;

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

    /// <summary>The next acknowledgements of this node's members fail, as without quorum.</summary>
    public void FailAcknowledgements(int count) => Interlocked.Exchange(ref _acknowledgementsToFail, count);

    internal bool AcknowledgementFails() => Interlocked.Decrement(ref _acknowledgementsToFail) >= 0;

    internal NodeLifeState State { get; set; } = NodeLifeState.Up;
}
