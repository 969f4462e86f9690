namespace Cluster.Membership;

/// <summary>
/// A group member of this node's former life whose end the shell is asked to prove (process gone, or another start time under
/// its number). The answer goes to <see cref="ClusterNode.MembersExited"/>.
/// </summary>
public sealed record ExitQuestion(MemberId Member, int ProcessId, ulong ProcessStart);
