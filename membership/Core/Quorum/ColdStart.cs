namespace Cluster.Membership;

/// <summary>What happens when the whole cluster is started and some voters do not come.</summary>
/// <param name="Missing">How many do not come.</param>
/// <param name="Worst">When those with the most votes are missing.</param>
/// <param name="Best">When those with the fewest are.</param>
public sealed record ColdStart(int Missing, ColdStartVerdict Worst, ColdStartVerdict Best);
