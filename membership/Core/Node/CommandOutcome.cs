namespace Cluster.Membership;

/// <summary>What the replicated state machine answered to a command. The same on every node.</summary>
/// <param name="Code">Accepted, or why not.</param>
/// <param name="Index">Where the command stands in the log.</param>
/// <param name="Id">What it made or found: an incarnation, operation or member; 0 when nothing.</param>
/// <param name="Detail">For a refusal: what was asked, what is wrong, what to do.</param>
public sealed record CommandOutcome(OutcomeCode Code, ulong Index, ulong Id, string Detail)
{
    /// <summary>True when the command had its effect (or had had it before).</summary>
    public bool Accepted => Code == OutcomeCode.Accepted;
}
