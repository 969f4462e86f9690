using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <summary>A message for the shell to send.</summary>
/// <param name="To">The member it is for.</param>
/// <param name="Message">What to send.</param>
public readonly record struct OutgoingMessage(MemberId To, LockMessage Message);
