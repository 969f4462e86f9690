namespace Cluster.Consensus.Quorum;

/// <summary>One voter's answer.</summary>
internal enum Ballot : byte
{
    /// <summary>None yet.</summary>
    Missing,

    /// <summary>Yes.</summary>
    Granted,

    /// <summary>No.</summary>
    Refused,
}
