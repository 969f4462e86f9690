using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>
/// What is to change next about who takes part in the log: a pure function of the list of nodes, of the configuration in force, and of who answers.
/// </summary>
/// <remarks>
/// Safety is the engine's: any change goes through joint consensus, so no order of changes can make two majorities that do not meet (Raft §6). What is decided here is
/// availability. Two rules keep it: a change is begun only when the votes that answer are a majority of the configuration it ends in, so it never strands the cluster; and
/// no voter is given up for absence alone below three voters (two in two-node mode): from three to two nothing is gained, as both must be there either way, and the absent
/// one could not help by coming back.
/// </remarks>
/// <param name="State">The list of nodes.</param>
/// <param name="InForce">The engine's configuration; final and committed.</param>
/// <param name="Policy">The settings.</param>
/// <param name="Self">This node, the leader.</param>
/// <param name="Answers">Whether a node answers this leader's heartbeats now.</param>
/// <param name="IsCaughtUp">Whether a learner could be promoted now.</param>
/// <param name="IsAway">Whether a node whose life is over has not answered for the whole window of <see cref="QuorumPolicy.LastManStandingWindow"/>.</param>
internal sealed record VoterPlan(
    ClusterState State,
    ClusterConfiguration InForce,
    QuorumPolicy Policy,
    NodeId Self,
    Predicate<NodeId> Answers,
    Predicate<NodeId> IsCaughtUp,
    Predicate<NodeId> IsAway)
{
    private const int FewestVoters = 3;
    private const int FewestVotersOfTwoNodes = 2;

    /// <summary>The next change; null when all is as it should be, or nothing can be done now.</summary>
    public ConfigurationChange? Next() =>
        Learners()
        ?? Departures()
        ?? Absences()
        ?? Arrivals()
        ?? Excess()
        ?? Weights();

    /// <summary>Listed nodes that take no part come in; learners that are not listed any more go.</summary>
    private ConfigurationChange? Learners()
    {
        List<ConfigurationStep> steps = [];
        foreach (NodeRecord node in State.Nodes)
        {
            if (!InForce.IsMember(node.Id))
            {
                steps.Add(ConfigurationStep.Add(node.Id));
            }
        }

        foreach (NodeId learner in InForce.Learners)
        {
            if (State.FindNode(learner) is null)
            {
                steps.Add(ConfigurationStep.Remove(learner));
            }
        }

        return steps.Count == 0 ? null : new ConfigurationChange(steps);
    }

    /// <summary>Voters that were removed from the list, or said farewell: for good, or as one of two, who could do nothing without it.</summary>
    private ConfigurationChange? Departures()
    {
        foreach (NodeId voter in InForce.Voters)
        {
            NodeRecord? node = State.FindNode(voter);
            ConfigurationChange? change = node is null ? Without(ConfigurationStep.Remove(voter), mayShrink: true)
                : node is { State: NodeLifeState.Left } && (node.IsDraining || Policy.TwoNode) ? Without(ConfigurationStep.Demote(voter), mayShrink: true)
                : null;
            if (change is not null)
            {
                return change;
            }
        }

        return null;
    }

    /// <summary>A voter whose life is over and that stays away gives its seat to a learner that is there, or, where the settings say so, to nobody.</summary>
    private ConfigurationChange? Absences()
    {
        int fewest = Policy.TwoNode ? FewestVotersOfTwoNodes : FewestVoters;
        bool mayShrink = Policy.LastManStanding && InForce.Voters.Length > fewest;
        foreach (NodeId voter in InForce.Voters)
        {
            if (State.FindNode(voter) is { State: NodeLifeState.Fenced or NodeLifeState.Left }
                && IsAway(voter)
                && Without(ConfigurationStep.Demote(voter), mayShrink) is { } change)
            {
                return change;
            }
        }

        return null;
    }

    /// <summary>The change by which a voter goes; a learner takes its seat in the same change if one is there.</summary>
    private ConfigurationChange? Without(ConfigurationStep going, bool mayShrink)
    {
        if (Candidate() is { } candidate
            && InForce.Voters.Length <= Policy.VotersWanted
            && new ConfigurationChange(going, Promotion(candidate)) is var replaced
            && GoesOn(replaced))
        {
            return replaced;
        }

        ConfigurationChange alone = new(going);
        return mayShrink && GoesOn(alone) ? alone : null;
    }

    /// <summary>Learners that are to vote: arbiters always, others while there are seats.</summary>
    private ConfigurationChange? Arrivals()
    {
        if (Candidate() is not { } candidate || (!candidate.IsArbiter && InForce.Voters.Length >= Policy.VotersWanted))
        {
            return null;
        }

        ConfigurationChange change = new(Promotion(candidate));
        return GoesOn(change) ? change : null;
    }

    /// <summary>More vote than are wanted: of those that are no arbiters, one that is not up goes first, then who came late. The leader keeps its seat.</summary>
    private ConfigurationChange? Excess()
    {
        if (InForce.Voters.Length <= Policy.VotersWanted)
        {
            return null;
        }

        NodeRecord? last = null;
        foreach (NodeId voter in InForce.Voters)
        {
            NodeRecord node = State.FindNode(voter)!;
            if (!node.IsArbiter && voter != Self && (last is null || ComesBefore(last, node)))
            {
                last = node;
            }
        }

        ConfigurationChange? change = last is null ? null : new ConfigurationChange(ConfigurationStep.Demote(last.Id));
        return change is not null && GoesOn(change) ? change : null;
    }

    /// <summary>A vote that counts otherwise than it should.</summary>
    private ConfigurationChange? Weights()
    {
        foreach (NodeId voter in InForce.Voters)
        {
            int votes = State.FindNode(voter)!.Votes;
            ConfigurationChange change = new(ConfigurationStep.Reweigh(voter, votes));
            if (votes != InForce.VotesOf(voter) && GoesOn(change))
            {
                return change;
            }
        }

        return null;
    }

    /// <summary>The learner that is to vote next, if any is there.</summary>
    private NodeRecord? Candidate()
    {
        NodeRecord? best = null;
        foreach (NodeRecord node in State.Nodes)
        {
            if (node is { State: NodeLifeState.Up, IsDraining: false }
                && InForce.IsLearner(node.Id)
                && Answers(node.Id)
                && IsCaughtUp(node.Id)
                && (best is null || ComesBefore(node, best)))
            {
                best = node;
            }
        }

        return best;
    }

    private static ConfigurationStep Promotion(NodeRecord node) => ConfigurationStep.Promote(node.Id, node.Votes);

    /// <summary>Arbiters before others, who is up before who is not, founders before those who came later, low numbers before high ones.</summary>
    private static bool ComesBefore(NodeRecord left, NodeRecord right) =>
        left.IsArbiter != right.IsArbiter ? left.IsArbiter
        : (left.State == NodeLifeState.Up) != (right.State == NodeLifeState.Up) ? left.State == NodeLifeState.Up
        : left.IsFounder != right.IsFounder ? left.IsFounder
        : left.Id < right.Id;

    /// <summary>Whether the votes that answer are a majority of what a change ends in.</summary>
    private bool GoesOn(ConfigurationChange change)
    {
        SortedDictionary<NodeId, int> votes = [];
        for (int i = 0; i < InForce.Voters.Length; i++)
        {
            votes.Add(InForce.Voters[i], InForce.Votes[i]);
        }

        foreach (ConfigurationStep step in change.Steps)
        {
            if (step.Kind is ConfigurationStepKind.Promote or ConfigurationStepKind.Reweigh)
            {
                votes[step.Node] = step.Votes;
            }
            else
            {
                votes.Remove(step.Node);
            }
        }

        return votes.Count > 0 && new ClusterConfiguration(votes.Keys, votes: votes).IsDecidedBy(Answers);
    }
}
