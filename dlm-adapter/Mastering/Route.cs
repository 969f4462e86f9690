using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <summary>What a member knows of a resource that its users lock or have locked lately: who masters it.</summary>
internal sealed class Route(ResourceName name)
{
    public readonly ResourceName Name = name;

    /// <summary>None while unknown.</summary>
    public MemberId Master;

    /// <summary>
    /// The generation of the newest proof that <see cref="Master"/> has the locks held here: a grant, or an adoption.
    /// </summary>
    public Generation Since;

    /// <summary>How many local locks there are.</summary>
    public int Locks;
    public bool LookupUnderWay;

    /// <summary>Locks, by number, that wait for the master to be found.</summary>
    public readonly List<ulong> Waiting = [];

    /// <summary>The recovery pass for which <see cref="IsValid"/> was decided.</summary>
    public Generation CheckedIn;
    public bool IsValid;

    public MonotonicTime IdleSince;
    public LinkedListNode<Route>? IdleNode;
}
