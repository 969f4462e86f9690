namespace Cluster.Consensus;

/// <summary>One step of a <see cref="ConfigurationChange"/>.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Node">To whom.</param>
public readonly record struct ConfigurationStep(ConfigurationStepKind Kind, NodeId Node)
{
    /// <summary>A new node comes in as a learner.</summary>
    public static ConfigurationStep Add(NodeId node) => new(ConfigurationStepKind.Add, node);

    /// <summary>A learner that has caught up becomes a voter.</summary>
    public static ConfigurationStep Promote(NodeId node) => new(ConfigurationStepKind.Promote, node);

    /// <summary>A voter becomes a learner.</summary>
    public static ConfigurationStep Demote(NodeId node) => new(ConfigurationStepKind.Demote, node);

    /// <summary>A voter or learner goes.</summary>
    public static ConfigurationStep Remove(NodeId node) => new(ConfigurationStepKind.Remove, node);

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Node}";
}
