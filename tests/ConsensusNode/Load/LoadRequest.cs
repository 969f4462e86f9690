namespace Cluster.ConsensusNode.Load;

/// <summary>A load that proposers inside the leader's process put on the log.</summary>
/// <param name="Proposers">Closed loop: as many proposals are outstanding at any time. Open loop: the most that may be.</param>
/// <param name="PerSecond">0 for a closed loop; else proposals a second, each at its own instant whether or not earlier ones are
/// done, and its latency counted from that instant.</param>
/// <param name="WarmUpMs">Milliseconds before anything is counted.</param>
/// <param name="DurationMs">Milliseconds that are counted.</param>
/// <param name="PayloadBytes">Bytes of a proposal, at least 16.</param>
public sealed record LoadRequest(int Proposers, int PerSecond, int WarmUpMs, int DurationMs, int PayloadBytes = 256);
