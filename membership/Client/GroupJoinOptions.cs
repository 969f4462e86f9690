using Cluster.Membership.Protocol;

namespace Cluster.Client;

/// <summary>How to join a group. All members of a group name the same evidence, deadline and fate of late members.</summary>
/// <param name="Group">The group's name: 1 to 64 characters of <c>a-z 0-9 . _ -</c>.</param>
/// <param name="Endpoint">Where the other members reach this process.</param>
/// <param name="RequiredEvidence">
/// The weakest evidence on which the group may go on without a member's node; the same at all members.
/// </param>
public sealed record GroupJoinOptions(string Group, string Endpoint, Evidence RequiredEvidence = Evidence.ConfirmedByHuman)
{
    /// <summary>
    /// How long a member may take to acknowledge a generation, in whole milliseconds; null: the cluster's setting. At least one millisecond, at
    /// most 49 days (32 bits of them).
    /// </summary>
    public TimeSpan? AcknowledgeWithin { get; init; }

    /// <summary>What becomes of a member that takes longer; unspecified: the cluster's setting.</summary>
    public LateMember LateMember { get; init; }

    internal void Validate()
    {
        if (AcknowledgeWithin is { } within && (within.TotalMilliseconds < 1 || within.TotalMilliseconds > uint.MaxValue))
        {
            throw new ArgumentOutOfRangeException(
                nameof(AcknowledgeWithin),
                within,
                $"group {Group} can't be joined with an acknowledgement deadline of {within}: give it 1 ms to 49 days, or null for the cluster's setting");
        }
    }

    internal uint AcknowledgeWithinMs => AcknowledgeWithin is { } within ? (uint)within.TotalMilliseconds : 0;
}
