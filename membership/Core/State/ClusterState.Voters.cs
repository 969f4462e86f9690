using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <content>Who votes, as far as it is committed.</content>
public sealed partial class ClusterState
{
    /// <summary>The last committed configuration of the log; before the first, all founders vote.</summary>
    public ClusterConfiguration Configuration { get; private set; } = ClusterConfiguration.Empty;

    /// <summary>The voters, ordered by number; while a change is under way, those that stay or come.</summary>
    public IReadOnlyList<NodeId> Voters => Configuration.Voters;

    /// <summary>What all votes count together.</summary>
    public int VotesTotal => VotesWhere(static _ => true);

    /// <summary>How many votes must agree: more than half. While a change is under way, a majority of the voters before it must agree too.</summary>
    public int VotesNeeded => (VotesTotal / 2) + 1;

    /// <summary>What the votes of nodes that are up count together.</summary>
    public int VotesUp => VotesWhere(node => FindNode(node)?.State == NodeLifeState.Up);

    /// <summary>What a node's vote counts now; 0 for one that has none.</summary>
    public int VotesOf(NodeId node) => Configuration.VotesOf(node);

    private int VotesWhere(Predicate<NodeId> counts)
    {
        int votes = 0;
        for (int i = 0; i < Configuration.Voters.Length; i++)
        {
            votes += counts(Configuration.Voters[i]) ? Configuration.Votes[i] : 0;
        }

        return votes;
    }

    private void ApplyConfiguration(in LogEntry entry)
    {
        bool isSound = ConfigurationCodec.TryDecode(entry.Payload.Span, out ClusterConfiguration configuration);
        Invariant.Check(isSound, "the engine commits no configuration that it can't read");
        Configuration = configuration;
        if (FeatureLevel < FeatureLevels.Membership)
        {
            return;
        }

        // Such an entry carries no wall clock, and people want one: that of the newest event before it.
        _applyingAtUnixMs = Events.Count > 0 ? Events[Events.Count - 1].AtUnixMs : 0;
        VotersChangedEvent changed = new();
        SavedVoters form = SavedForms.Of(configuration);
        changed.Voters.AddRange(form.Voters);
        changed.Votes.AddRange(form.Votes);
        changed.Outgoing.AddRange(form.Outgoing);
        changed.OutgoingVotes.AddRange(form.OutgoingVotes);
        changed.Learners.AddRange(form.Learners);
        Emit(new ClusterEvent { VotersChanged = changed });
    }

    /// <summary>
    /// Whether a majority would be missing without a node: of the votes of nodes that are up and are not to be fenced. Before <see cref="FeatureLevels.Membership"/> every
    /// node counts as a voter with one vote, as it does for older builds.
    /// </summary>
    private bool WouldLoseQuorum(NodeRecord target)
    {
        bool Stays(NodeRecord node) =>
            node != target && node.State == NodeLifeState.Up && OpenOperation(node.Id, node.Incarnation) is null;

        if (FeatureLevel < FeatureLevels.Membership)
        {
            return _nodes.Values.Count(Stays) < Majority;
        }

        return Configuration.IsVoter(target.Id)
            && !Configuration.IsDecidedBy(voter => FindNode(voter) is { } node && Stays(node));
    }
}
