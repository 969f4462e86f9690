namespace Cluster.Membership;

/// <summary>Says in words what a group waits for.</summary>
internal static class GroupWaits
{
    public static List<string> Of(GroupRecord group, ClusterState state)
    {
        List<string> reasons = [];
        string? lastNode = null;
        foreach (DepartedMember departed in group.Departed)
        {
            if (IsExpelled(departed, state))
            {
                reasons.Add(
                    $"end of process {departed.ProcessId} on {departed.Member.NodeName} ({departed.Member.Id}, expelled: it did not acknowledge in time) "
                    + $"or fencing of {departed.Member.NodeName}");
            }
            else if (!departed.Clean && departed.Member.NodeName != lastNode)
            {
                lastNode = departed.Member.NodeName;
                reasons.Add(Fencing(departed, group, state));
            }
        }

        if (group.Phase == GroupPhase.Starting)
        {
            foreach (GroupMemberRecord member in group.Members)
            {
                if (member.Acknowledged != group.Generation)
                {
                    reasons.Add($"ack of {member.Member.NodeName} ({member.Member.Id})");
                }
            }
        }

        return reasons;
    }

    /// <summary>Whether a member is gone from its group but for all that is known neither from its node nor from this world.</summary>
    public static bool IsExpelled(DepartedMember departed, ClusterState state) =>
        !departed.Clean
        && state.FindNode(departed.Member.Node) is { State: NodeLifeState.Up } node
        && node.Incarnation == departed.Member.Incarnation;

    private static string Fencing(DepartedMember departed, GroupRecord group, ClusterState state)
    {
        string what = $"fencing of {departed.Member.NodeName} (demands at least {Words.Of(group.RequiredEvidence)}";
        if (state.FindNode(departed.Member.Node) is { } node && node.Incarnation == departed.Member.Incarnation && state.IsLeftToAnOperator(node))
        {
            return $"{what}; {node.Name} is in maintenance, so the cluster does not switch it off by itself: "
                + "fence it, confirm that it is stopped, or end its maintenance)";
        }

        FenceOperation? operation = state.OpenOperation(departed.Member.Node, departed.Member.Incarnation);
        if (operation is null || operation.Attempts.Count == 0)
        {
            return $"{what}; no attempt yet)";
        }

        FenceAttempt last = operation.Attempts[^1];
        return last.Ended
            ? $"{what}; attempt {last.Number} failed: {last.Failure}: {last.Detail})"
            : $"{what}; attempt {last.Number} is under way)";
    }
}
