namespace Cluster.Consensus.Quorum;

/// <summary>How a ballot stands.</summary>
internal enum VoteResult
{
    /// <summary>Neither outcome is certain yet.</summary>
    Pending,

    /// <summary>A majority granted.</summary>
    Won,

    /// <summary>So many refused that no majority can grant any more.</summary>
    Lost,
}
