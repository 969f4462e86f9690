namespace Cluster.Consensus;

/// <summary>How far a leader is with sending a snapshot to one peer.</summary>
internal enum TransferPhase
{
    /// <summary>It asks how much of the snapshot the receiver has.</summary>
    Offering,

    /// <summary>Chunks follow each other.</summary>
    Streaming,

    /// <summary>Everything has arrived; the receiver saves and installs it.</summary>
    Installing,
}
