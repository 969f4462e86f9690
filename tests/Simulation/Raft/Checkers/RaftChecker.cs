using System.Diagnostics.CodeAnalysis;
using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft.Checkers;

/// <summary>Watches one promise of the engine. It sees the true state of the world, which no node does.</summary>
internal abstract class RaftChecker(RaftWorld world)
{
    /// <summary>The promise, as the paper or DESIGN names it.</summary>
    public abstract string Rule { get; }

    protected RaftWorld World { get; } = world;

    /// <summary>A process hands writes to its disk.</summary>
    public virtual void Writing(RaftProcess by, in LogWrite write)
    {
    }

    /// <summary>A process learns that an entry is committed and has applied it; <paramref name="first"/> when nobody knew before.</summary>
    public virtual void Committed(RaftProcess at, in LogEntry entry, bool first)
    {
    }

    /// <summary>A process has taken over a snapshot.</summary>
    public virtual void Restored(RaftProcess at, Snapshot snapshot)
    {
    }

    /// <summary>A process sends a message; its writes so far are queued.</summary>
    public virtual void Sending(RaftProcess from, in RaftMessage message)
    {
    }

    /// <summary>A process has been told the time.</summary>
    public virtual void Ticked(RaftProcess process, MonotonicTime now)
    {
    }

    /// <summary>A process has made a step.</summary>
    public virtual void Stepped(RaftProcess process, in ReplicatedLogStatus status)
    {
    }

    [DoesNotReturn]
    protected void Fail(string what) => throw new ViolationException(Rule, what);
}
