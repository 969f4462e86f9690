namespace Cluster.Fencing;

/// <summary>One action on one target.</summary>
/// <param name="Target">The node's name.</param>
/// <param name="Action">What to do.</param>
/// <param name="Deadline">How long the action may take in all, retries included.</param>
public sealed record FenceRequest(string Target, FenceAction Action, TimeSpan Deadline);
