using Cluster.Membership.Protocol;

namespace Cluster.Client;

/// <summary>How to join a group.</summary>
/// <param name="Group">The group's name: 1 to 64 characters of <c>a-z 0-9 . _ -</c>.</param>
/// <param name="Endpoint">Where the other members reach this process.</param>
/// <param name="RequiredEvidence">
/// The weakest evidence on which the group may go on without a member's node; the same at all members.
/// </param>
public sealed record GroupJoinOptions(string Group, string Endpoint, Evidence RequiredEvidence = Evidence.ConfirmedByHuman);
