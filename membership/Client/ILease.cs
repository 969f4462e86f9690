using Cluster.Consensus;

namespace Cluster.Client;

/// <summary>
/// This node's right to act as a member (S2). Whoever gives something away on the word of the cluster asks <see cref="IsHeld"/>
/// at that very moment and gives nothing when it is false.
/// </summary>
public interface ILease
{
    /// <summary>
    /// When the lease ends, by CLOCK_BOOTTIME of this machine. Renewals move it forward; it never moves back while the node's
    /// incarnation lasts. A daemon that can't be reached renews nothing: the deadline passes by itself.
    /// </summary>
    MonotonicTime Deadline { get; }

    /// <summary>
    /// True while the deadline has not passed and the node's incarnation has not ended. Cheap: one clock reading. The node's next
    /// incarnation has a lease again, but it stays false here while a stay of the ended one (<see cref="GroupChange.Ended"/>) was
    /// not disposed: who still acts for the former incarnation must never find it true (S5).
    /// </summary>
    bool IsHeld { get; }
}
