namespace Cluster.Consensus;

/// <summary>What a state machine is to do with a committed proposal.</summary>
public enum ProposalVerdict
{
    /// <summary>It has not been seen: apply it and remember its outcome.</summary>
    New,

    /// <summary>It was applied before, and its outcome is remembered: give that one again.</summary>
    Known,

    /// <summary>It is so old that its outcome, if it had one, is forgotten: it must not be applied.</summary>
    Forgotten,
}
