namespace Cluster.Membership;

/// <summary>What becomes of the cluster when some nodes fail.</summary>
/// <param name="Failed">The nodes that failed, in the order of the design or in which they failed.</param>
/// <param name="Verdict">What becomes of it.</param>
/// <param name="Votes">The votes that are left.</param>
/// <param name="Needed">The votes that a majority needs.</param>
/// <param name="Unproven">
/// Failed nodes that no device can prove stopped: what they held waits for a human's word. Arbiters are never among them: they hold nothing.
/// </param>
public sealed record QuorumFailure(
    IReadOnlyList<string> Failed, QuorumVerdict Verdict, int Votes, int Needed, IReadOnlyList<string> Unproven)
{
    /// <summary>Whether lock managers go on being served, those of failed nodes that need a human's word excepted.</summary>
    public bool IsSurvived => Verdict is QuorumVerdict.Majority or QuorumVerdict.ByFencing;
}
