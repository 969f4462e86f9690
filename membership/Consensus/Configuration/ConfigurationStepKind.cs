namespace Cluster.Consensus;

/// <summary>What a <see cref="ConfigurationStep"/> does.</summary>
public enum ConfigurationStepKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A new node comes in as a learner: it gets everything and has no say until it is promoted.</summary>
    Add,

    /// <summary>A learner becomes a voter.</summary>
    Promote,

    /// <summary>A voter becomes a learner.</summary>
    Demote,

    /// <summary>A voter or learner goes.</summary>
    Remove,

    /// <summary>A voter's vote counts something else.</summary>
    Reweigh,
}
