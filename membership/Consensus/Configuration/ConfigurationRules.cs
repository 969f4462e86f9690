namespace Cluster.Consensus;

/// <summary>How one configuration follows from another (Raft §6, thesis §4.3). Pure.</summary>
internal static class ConfigurationRules
{
    /// <summary>
    /// The configuration that a change begins with. When voters or their votes change it is joint, and <see cref="Leave"/> ends it; when only
    /// learners do, no majority is touched and it is final. A majority by the old votes and one by the new need share nobody, even
    /// if the voters stay the same, so a change of votes takes two steps as well.
    /// </summary>
    /// <param name="current">The configuration in force, which must not be joint.</param>
    /// <param name="change">What is to be done.</param>
    /// <param name="next">The result.</param>
    /// <param name="mutations">Promises to break, for the simulator's canaries only.</param>
    /// <returns>What is wrong with the change, or null.</returns>
    public static string? Enter(
        ClusterConfiguration current,
        ConfigurationChange change,
        out ClusterConfiguration next,
        RaftMutations mutations = RaftMutations.None)
    {
        Invariant.Check(!current.IsJoint, "one change at a time");
        next = current;
        if (change.Steps.Count == 0)
        {
            return "it holds no step: name at least one node to add, promote, reweigh, demote or remove";
        }

        SortedDictionary<NodeId, int> voters = VotesBy(current);
        var learners = new SortedSet<NodeId>(current.Learners);
        var learnersNext = new SortedSet<NodeId>();
        var named = new SortedSet<NodeId>();
        foreach (ConfigurationStep step in change.Steps)
        {
            if (!named.Add(step.Node))
            {
                return $"it names {step.Node} twice: each node takes part in one step only";
            }

            if (Take(current, step, voters, learners, learnersNext) is { } problem)
            {
                return problem;
            }
        }

        if (voters.Count == 0)
        {
            return "no voter would be left: keep at least one, or promote a learner in the same change";
        }

        bool votersChange = !voters.Keys.SequenceEqual(current.Voters);
        bool votesChange = voters.Any(voter => voter.Value != current.VotesOf(voter.Key));
        next = votersChange || (votesChange && (mutations & RaftMutations.ReweighsInOneStep) == 0)
            ? new ClusterConfiguration(voters.Keys, current.Voters, learners, learnersNext, voters, VotesBy(current))
            : new ClusterConfiguration(voters.Keys, learners: learners, votes: voters);
        return null;
    }

    /// <summary>The configuration that a joint one ends in.</summary>
    public static ClusterConfiguration Leave(ClusterConfiguration joint)
    {
        Invariant.Check(joint.IsJoint, "only a joint configuration is left");
        return new ClusterConfiguration(joint.Voters, learners: [.. joint.Learners, .. joint.LearnersNext], votes: VotesBy(joint));
    }

    private static SortedDictionary<NodeId, int> VotesBy(ClusterConfiguration configuration)
    {
        var votes = new SortedDictionary<NodeId, int>();
        foreach (NodeId node in configuration.Voters)
        {
            votes.Add(node, configuration.VotesOf(node));
        }

        return votes;
    }

    private static string? Take(
        ClusterConfiguration current,
        ConfigurationStep step,
        SortedDictionary<NodeId, int> voters,
        SortedSet<NodeId> learners,
        SortedSet<NodeId> learnersNext)
    {
        NodeId node = step.Node;
        if (node.IsNone)
        {
            return "it names node number 0, which means no node: number nodes from 1 on";
        }

        if (node.Value == uint.MaxValue)
        {
            return $"it names node number {uint.MaxValue}, which is reserved: give the node a smaller one";
        }

        bool hasVotes = step.Kind is ConfigurationStepKind.Promote or ConfigurationStepKind.Reweigh;
        if (hasVotes && step.Votes is < 1 or > ClusterConfiguration.MaxVotes)
        {
            return $"{node} is to have {step.Votes} votes: give it 1 to {ClusterConfiguration.MaxVotes}, or demote it if it is to have none";
        }

        switch (step.Kind)
        {
            case ConfigurationStepKind.Add when current.IsMember(node):
                return $"{node} is to be added, but takes part already ({current})";
            case ConfigurationStepKind.Add:
                learners.Add(node);
                return null;
            case ConfigurationStepKind.Promote when !current.IsLearner(node):
                return $"{node} is to be promoted, but is no learner ({current}): add it first and let it catch up";
            case ConfigurationStepKind.Promote:
                learners.Remove(node);
                voters.Add(node, step.Votes);
                return null;
            case ConfigurationStepKind.Reweigh when !current.IsVoter(node):
                return $"{node} is to have {step.Votes} votes, but is no voter ({current}): promote it with them";
            case ConfigurationStepKind.Reweigh when current.VotesOf(node) == step.Votes:
                return $"{node} is to have {step.Votes} votes, and has them already ({current})";
            case ConfigurationStepKind.Reweigh:
                voters[node] = step.Votes;
                return null;
            case ConfigurationStepKind.Demote when !current.IsVoter(node):
                return $"{node} is to be demoted, but is no voter ({current})";
            case ConfigurationStepKind.Demote:
                voters.Remove(node);
                learnersNext.Add(node);
                return null;
            case ConfigurationStepKind.Remove when !current.IsMember(node):
                return $"{node} is to be removed, but takes no part ({current})";
            case ConfigurationStepKind.Remove:
                voters.Remove(node);
                learners.Remove(node);
                return null;
            default:
                return $"the step for {node} says neither add nor promote, reweigh, demote or remove";
        }
    }
}
