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
        if (quorum.Missing.Count > 0)
        {
            string missing = string.Join(", ", quorum.Missing);
            all.Add(new AttentionDocument(
                "quorum",
                $"the whole cluster was down, and waits for {missing} before it grants anything (wait-for-all)",
                $"start clusterd on {missing}; if that can't be, and you made sure that {(quorum.Missing.Count == 1 ? "it does" : "they do")} not run: clusterctl quorum assemble --force"));
        }
        else if (!quorum.Quorate)
        {
            all.Add(new AttentionDocument(
                "quorum",
                quorum.Leader is null
                    ? "this node sees no leader: it belongs to no majority, so nothing is granted and nothing can be written here"
                    : $"this node has no lease from the leader {quorum.Leader}, so nothing is granted here",
                $"see that nodes with at least {quorum.Majority} of the {quorum.Votes} votes run clusterd and reach each other; it heals by itself then"
                    + (quorum is { Leader: { } leader, Policy.WaitForAll: true } ? $". If the whole cluster was down, {leader} says whom it waits for" : "")));
        }

        if (quorum.VotersHeldUp is { } heldUp)
        {
            all.Add(new AttentionDocument("quorum", $"who votes should be changed, but can't be now: {heldUp}", "wait: it is tried again; if it stays so, see that the nodes reach each other"));
        }

        all.AddRange(quorum.LeftToOperator.Select(name => new AttentionDocument(
            name,
            $"nobody has heard {name} since the cluster started, and the settings leave it to an operator (quorum.startupFencing)",
            $"start clusterd on {name}, or have it fenced: clusterctl fence {name} --reason TEXT")));
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
        if (node.Maintenance && operation is null)
        {
            return $"{node.Name} is down and in maintenance, so the cluster does not switch it off by itself";
        }

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
        if (node.Maintenance && operation is null)
        {
            return $"start clusterd on {node.Name}, end its maintenance (clusterctl maintenance {node.Name} --end), fence it (clusterctl fence), or, {confirm}";
        }

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
