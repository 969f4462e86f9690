using Cluster.Membership;

namespace Cluster.Locks.Mastering.Tests.Simulation;

/// <summary>A step of the group, in the order in which all members see it: a stop when <see cref="Members"/> is null.</summary>
internal sealed record GroupEntry(Generation Generation, IReadOnlyList<GroupMember>? Members, IReadOnlyList<GroupMember> Departed);
