using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>One attempt of a fence operation.</summary>
public sealed class FenceAttempt
{
    internal FenceAttempt(
        uint number,
        NodeId executor,
        Incarnation executorIncarnation,
        ulong executorNonce,
        int level,
        AttemptAction action)
    {
        Number = number;
        Executor = executor;
        ExecutorIncarnation = executorIncarnation;
        ExecutorNonce = executorNonce;
        Level = level;
        Action = action;
    }

    /// <summary>Its number in the operation, from 1.</summary>
    public uint Number { get; }

    /// <summary>The node that runs the agents.</summary>
    public NodeId Executor { get; }

    /// <summary>The life of that node which was named; <see cref="Incarnation.None"/> for a leader that was no member.</summary>
    public Incarnation ExecutorIncarnation { get; }

    /// <summary>The process of the executor, where it was no member or the leader itself; else 0.</summary>
    public ulong ExecutorNonce { get; }

    /// <summary>The fencing level.</summary>
    public int Level { get; }

    /// <summary>Off or on.</summary>
    public AttemptAction Action { get; }

    /// <summary>Whether its outcome is recorded.</summary>
    public bool Ended { get; internal set; }

    /// <summary>Whether it succeeded.</summary>
    public bool Succeeded { get; internal set; }

    /// <summary>What it observed.</summary>
    public Evidence Evidence { get; internal set; }

    /// <summary>Short word for the failure; <c>unknown</c> when the executor was lost; empty on success.</summary>
    public string Failure { get; internal set; } = "";

    /// <summary>One sentence for people.</summary>
    public string Detail { get; internal set; } = "";

    /// <summary>The devices used.</summary>
    public string Device { get; internal set; } = "";

    /// <summary>How long it took, milliseconds, as the executor measured.</summary>
    public long TookMs { get; internal set; }

    /// <summary>Wall clock of its start, Unix milliseconds, for people.</summary>
    public long StartedAtUnixMs { get; internal set; }
}
