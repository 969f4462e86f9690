namespace Cluster.ConsensusNode.Running;

/// <summary>What became of a <see cref="Proposal"/>.</summary>
internal enum ProposalEnd
{
    /// <summary>Committed and applied here.</summary>
    Applied,

    /// <summary>Not taken: this node does not lead.</summary>
    NotLeader,

    /// <summary>Not taken: too much is uncommitted; try again.</summary>
    Full,

    /// <summary>Something else was committed in its place: it is lost for certain.</summary>
    Lost,

    /// <summary>The node ended before it was known.</summary>
    Unknown,
}
