using System.Diagnostics.CodeAnalysis;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Holders;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>
/// Watches one promise. It sees the true state of the world, which no node does, and ends the world when the promise is broken.
/// </summary>
internal abstract class Checker(World world)
{
    /// <summary>The promise, as DESIGN names it, or a name.</summary>
    public abstract string Rule { get; }

    protected World World { get; } = world;

    /// <summary>A node learnt that an entry is committed; <paramref name="first"/> when nobody knew before.</summary>
    public virtual void Committed(Daemon at, in LogEntry entry, bool first)
    {
    }

    /// <summary>A node showed an event to its subscribers; <paramref name="first"/> when nobody had before.</summary>
    public virtual void EventSeen(Daemon at, ClusterEvent clusterEvent, bool first)
    {
    }

    /// <summary>A node's engine sends a message; its writes so far are queued.</summary>
    public virtual void Sending(Daemon from, in RaftMessage message)
    {
    }

    /// <summary>A node sends a message of the membership core.</summary>
    public virtual void Sending(Daemon from, PeerMessage message)
    {
    }

    /// <summary>A daemon has made a step.</summary>
    public virtual void Stepped(Daemon daemon)
    {
    }

    /// <summary>A lock holder has granted a resource to itself.</summary>
    public virtual void Granted(ToyLockHolder holder, int resource, ulong token)
    {
    }

    /// <summary>A power switch is about to act.</summary>
    public virtual void PowerActing(FenceOrder order, Daemon executor, Machine target)
    {
    }

    /// <summary>An agent has read back that its target is off.</summary>
    public virtual void ObservedOff(FenceOrder order, Daemon executor, Machine target)
    {
    }

    [DoesNotReturn]
    protected void Fail(string what) => throw new ViolationException(Rule, what);
}
