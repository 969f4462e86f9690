namespace Cluster.Consensus;

/// <summary>How patient a node is with its leader, and how often it shows that it lives when it leads. All durations are by the local clock.</summary>
/// <param name="HeartbeatInterval">How often a leader shows that it lives.</param>
/// <param name="ElectionTimeoutMin">
/// The node's patience: how long after it heard the leader it helps nobody else to lead. Elections start after a random silence between this and
/// <paramref name="ElectionTimeoutMax"/>.
/// </param>
/// <param name="ElectionTimeoutMax">The greatest silence before an election.</param>
public sealed record RaftTiming(TimeSpan HeartbeatInterval, TimeSpan ElectionTimeoutMin, TimeSpan ElectionTimeoutMax);
