namespace Cluster.Consensus;

/// <summary>One step of a <see cref="ConfigurationChange"/>.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Node">To whom.</param>
/// <param name="Votes">
/// Of a <see cref="ConfigurationStepKind.Promote"/> or <see cref="ConfigurationStepKind.Reweigh"/>: what the node's vote is to count, 1 to
/// <see cref="ClusterConfiguration.MaxVotes"/>. Of no meaning otherwise.
/// </param>
public readonly record struct ConfigurationStep(ConfigurationStepKind Kind, NodeId Node, int Votes = 1)
{
    /// <summary>A new node comes in as a learner.</summary>
    public static ConfigurationStep Add(NodeId node) => new(ConfigurationStepKind.Add, node);

    /// <summary>A learner that has caught up becomes a voter, whose vote counts <paramref name="votes"/>.</summary>
    public static ConfigurationStep Promote(NodeId node, int votes = 1) => new(ConfigurationStepKind.Promote, node, votes);

    /// <summary>The vote of a voter counts <paramref name="votes"/> from now on.</summary>
    public static ConfigurationStep Reweigh(NodeId node, int votes) => new(ConfigurationStepKind.Reweigh, node, votes);

    /// <summary>A voter becomes a learner.</summary>
    public static ConfigurationStep Demote(NodeId node) => new(ConfigurationStepKind.Demote, node);

    /// <summary>A voter or learner goes.</summary>
    public static ConfigurationStep Remove(NodeId node) => new(ConfigurationStepKind.Remove, node);

    /// <inheritdoc/>
    public override string ToString() =>
        Kind == ConfigurationStepKind.Reweigh || (Kind == ConfigurationStepKind.Promote && Votes != 1) ? $"{Kind} {Node} to {Votes}" : $"{Kind} {Node}";
}
