namespace Cluster.Membership;

/// <summary>What becomes of a cluster whose nodes all live, but are split into sides that do not reach each other.</summary>
/// <param name="Sides">The sides.</param>
/// <param name="Winner">The side that goes on, counted from 0; null when none does.</param>
/// <param name="Verdict">Why.</param>
/// <param name="Unproven">Nodes that are not on that side and that no device can prove stopped: what they held waits for a human's word.</param>
public sealed record QuorumPartition(
    IReadOnlyList<IReadOnlyList<string>> Sides, int? Winner, QuorumVerdict Verdict, IReadOnlyList<string> Unproven);
