namespace Cluster.Consensus;

/// <summary>
/// One of two voters means to have the other stopped and to go on alone. It stands on disk before the other is touched, so that a crash in
/// between does not hide what was set going.
/// </summary>
/// <param name="Peer">Who is to be stopped; <see cref="NodeId.None"/> when there is no such intent.</param>
/// <param name="Attempt">The owner's number of the attempt.</param>
public readonly record struct Standoff(NodeId Peer, ulong Attempt)
{
    /// <summary>True when there is no such intent.</summary>
    public bool IsNone => Peer.IsNone;

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "none" : $"with {Peer}, attempt {Attempt}";
}
