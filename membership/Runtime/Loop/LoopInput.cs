using Cluster.Consensus;

namespace Cluster.Runtime.Loop;

/// <summary>One input of the loop: a message of the engine as a value, so that none is allocated, or anything else.</summary>
/// <param name="Item">A <see cref="PeerMessage"/> or a <see cref="LoopCall"/>; null for a message of the engine.</param>
/// <param name="Raft">The engine's message when there is no item.</param>
internal readonly record struct LoopInput(object? Item, RaftMessage Raft = default)
{
    public LoopInput(in RaftMessage message)
        : this(null, message)
    {
    }
}
