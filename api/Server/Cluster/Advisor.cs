using Cluster.Api.Contract;

namespace Cluster.Api.Server.Cluster;

/// <summary>Says what is wrong and what an operator can do about it, in the order of urgency: quorum, nodes, groups. Pure.</summary>
internal static class Advisor
{
    public static IReadOnlyList<AttentionDocument> Advise(
        QuorumDocument quorum,
        IReadOnlyList<NodeDocument> nodes,
        IReadOnlyList<FenceOperationDocument> open,
        IReadOnlyList<GroupDocument> groups)
    {
        var all = new List<AttentionDocument>();
        if (!quorum.Quorate)
        {
            all.Add(new AttentionDocument(
                "quorum",
                quorum.Leader is null
                    ? "this node sees no leader: it belongs to no majority, so nothing is granted and nothing can be written here"
                    : $"this node has no lease from the leader {quorum.Leader}, so nothing is granted here",
                $"see that at least {quorum.Majority} of the {quorum.Votes} nodes run clusterd and reach each other; it heals by itself then"));
        }

        foreach (NodeDocument node in nodes)
        {
            FenceOperationDocument? operation = open.LastOrDefault(each => each.Node == node.Name);
            if (Advise(node, operation) is { } advice)
            {
                all.Add(advice);
            }
        }

        all.AddRange(groups.Where(group => group.State is GroupState.Stopped or GroupState.Starting).Select(Advise));
        return all;
    }

    private static AttentionDocument? Advise(NodeDocument node, FenceOperationDocument? operation) => node.State switch
    {
        NodeState.Absent => new AttentionDocument(
            node.Name, $"{node.Name} has never joined", $"start clusterd on {node.Name}, or see in its log why it can't join"),
        NodeState.Down => new AttentionDocument(node.Name, DownProblem(node, operation), DownRemedy(node, operation)),
        NodeState.Fenced when operation is { Phase: FenceOperationPhase.SwitchingOn } => new AttentionDocument(
            node.Name,
            $"{node.Name} is fenced ({Word(node.Evidence)}) and is being switched on again{LastFailure(operation)}",
            "wait; if it does not come back, switch it on by hand"),
        NodeState.Fenced => new AttentionDocument(
            node.Name,
            $"{node.Name} is fenced ({Word(node.Evidence)}{By(node)}) and has not come back",
            $"switch {node.Name} on, or start clusterd on it, when it is in order; it joins by itself"),
        NodeState.Up when operation is not null => new AttentionDocument(
            node.Name,
            $"{node.Name} is about to be fenced: {operation.Reason}{LastFailure(operation)}",
            "wait"),
        _ => null,
    };

    private static string DownProblem(NodeDocument node, FenceOperationDocument? operation)
    {
        if (node.FenceLevels.Count == 0)
        {
            return $"{node.Name} is down and there is no fence device that could stop it";
        }

        if (operation is null)
        {
            return $"{node.Name} is down and not proven stopped";
        }

        return LastFailed(operation) is { } failed
            ? $"{node.Name} is down and could not be fenced: {FailureWords(failed.Failure)}: {failed.Detail}"
            : $"{node.Name} is down and is being fenced";
    }

    private static string DownRemedy(NodeDocument node, FenceOperationDocument? operation)
    {
        string confirm = $"after you made sure that {node.Name} is off, run: clusterctl confirm {node.Name} --who YOUR-NAME";
        if (node.FenceLevels.Count == 0)
        {
            return $"{confirm}. Configure a fence device for {node.Name} so that this needs nobody the next time";
        }

        return operation is not null && LastFailed(operation) is { } failed
            ? $"{FailureRemedy(node.Name, failed)} (it is tried again and again), or, {confirm}"
            : "wait: this takes seconds";
    }

    private static FenceAttemptDocument? LastFailed(FenceOperationDocument operation) =>
        operation.Attempts.LastOrDefault(attempt => attempt.State == FenceAttemptState.Failed);

    private static string LastFailure(FenceOperationDocument operation) =>
        LastFailed(operation) is { } failed ? $"; the last attempt failed: {FailureWords(failed.Failure)}: {failed.Detail}" : "";

    private static string FailureWords(string? failure) => failure switch
    {
        "unreachable" => "the fence device did not answer",
        "authentication" => "authentication failed",
        "privilege" => "the fence device's user may not do this",
        "still-on" => "the fence device accepted the order, but the node stayed on",
        "timed-out" => "time ran out",
        "configuration" => "the fence device is not configured as it should be",
        "device" => "the fence device reported an error",
        _ => "the outcome is not known",
    };

    private static string FailureRemedy(string node, FenceAttemptDocument failed)
    {
        string device = failed.Device ?? $"the fence device of {node}";
        return failed.Failure switch
        {
            "unreachable" => $"see that {device} is reachable from {failed.Executor}",
            "authentication" => $"correct the user or the password of {device}",
            "privilege" => $"give the user of {device} the right to switch power",
            "still-on" => $"look at {device} and at {node}'s power supply",
            "configuration" => $"correct the configuration of {device}",
            _ => $"look at {device}",
        };
    }

    private static AttentionDocument Advise(GroupDocument group)
    {
        string waits = string.Join(", ", group.WaitsFor);
        bool fencing = group.WaitsFor.Any(each => each.StartsWith("fencing", StringComparison.Ordinal));
        bool ack = group.WaitsFor.Any(each => each.StartsWith("ack", StringComparison.Ordinal));
        return new AttentionDocument(
            group.Name,
            $"group {group.Name} is {(group.State == GroupState.Stopped ? "stopped" : "starting")}"
                + (waits.Length == 0 ? "" : $" and waits for {waits}"),
            fencing ? "see the node above: the group goes on by itself as soon as that node is proven stopped"
                : ack ? "wait: the members recover; if one takes long, look at its log"
                : "wait: it goes on by itself");
    }

    private static string By(NodeDocument node) => node.ConfirmedBy is { } who ? $" by {who}" : "";

    private static string Word(Evidence evidence) =>
        System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(evidence.ToString());
}
