using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks.Mastering.Tests.Simulation;

/// <summary>One member: its core, its lease, and how far it has read the group's log.</summary>
internal sealed class SimulatedMember(MemberId id, int slot, int firstEntry, LockSpaceCore core)
{
    public GroupMember Member { get; } = new(id, slot, new NodeId((uint)id.Value), $"n{id.Value}", new Incarnation(id.Value), $"e{id.Value}");

    public MemberId Id => Member.Id;

    public LockSpaceCore Core { get; } = core;

    /// <summary>The next entry of the group's log to be told.</summary>
    public int NextEntry { get; set; } = firstEntry;

    /// <summary>False once it is proven stopped (or has crashed by itself).</summary>
    public bool Runs { get; set; } = true;

    /// <summary>True when the cluster does not renew its lease any more.</summary>
    public bool IsCutOff { get; set; }

    public bool IsDeclaredDown { get; set; }

    public MonotonicTime Lease { get; set; } = MonotonicTime.DistantPast;

    public Generation Acknowledged { get; set; }
}
