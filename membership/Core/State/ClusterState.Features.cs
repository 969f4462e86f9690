using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <content>The feature level: what builds of different age can do together.</content>
public sealed partial class ClusterState
{
    private readonly uint _understood;

    /// <summary>The level that the cluster has reached; never falls. See <see cref="FeatureLevels"/>.</summary>
    public uint FeatureLevel { get; private set; } = FeatureLevels.First;

    /// <summary>
    /// The highest level to which the cluster could go now: what every node understands whose newest life is not over by its own wish. One that is down may come
    /// back with the same build, so it counts with what it said when it joined.
    /// </summary>
    public uint CommonFeatureLevel
    {
        get
        {
            uint lowest = uint.MaxValue;
            foreach (NodeRecord node in _nodes.Values)
            {
                lowest = HoldsBack(node) ? Math.Min(lowest, node.FeatureLevel) : lowest;
            }

            return lowest == uint.MaxValue ? FeatureLevel : Math.Max(lowest, FeatureLevel);
        }
    }

    private CommandOutcome ApplyFeatureRaise(FeatureRaise raise)
    {
        if (raise.Level <= FeatureLevel)
        {
            return Accepted();
        }

        foreach (NodeRecord node in _nodes.Values)
        {
            if (HoldsBack(node) && node.FeatureLevel < raise.Level)
            {
                return Refused(
                    OutcomeCode.Unsupported,
                    $"the cluster can't go to feature level {raise.Level}: {node.Name} ({node.Incarnation}) understands only level {node.FeatureLevel}; "
                    + $"upgrade clusterd on {node.Name}");
            }
        }

        if (raise.Level > _understood)
        {
            throw new FeatureLevelException(raise.Level, _understood);
        }

        if (raise.Founders.Count > 0 && !raise.Founders.SequenceEqual(Founders()))
        {
            // What was applied so far may have come out otherwise here than elsewhere (S1).
            throw new InvalidOperationException(
                $"the cluster began with the nodes {Words.Of(raise.Founders)}, but this node with {Words.Of(Founders())}; "
                + "give it the list of the others, and, if it was added later, start it with an empty data folder");
        }

        FeatureLevel = raise.Level;
        return Accepted();
    }

    /// <summary>The nodes as long as they are those that the cluster began with.</summary>
    internal IEnumerable<ListedNode> Founders()
    {
        foreach (NodeRecord node in _nodes.Values)
        {
            yield return new ListedNode { Node = node.Id.Value, Name = node.Name };
        }
    }

    private static bool HoldsBack(NodeRecord node) => node.State is NodeLifeState.Up or NodeLifeState.Down or NodeLifeState.Fenced;

    /// <summary>Why a daemon may not become a member with what it understands; null when it may.</summary>
    private CommandOutcome? RefuseTooOld(NodeRecord node, uint understands) => understands >= FeatureLevel
        ? null
        : Refused(
            OutcomeCode.Unsupported,
            $"{node.Name} can't join: its clusterd understands feature level {understands}, the cluster runs at {FeatureLevel}; "
            + $"install the other nodes' release on {node.Name}");

    /// <summary>Why a command may not be carried out yet; null when it may. The same on every build, whether it knows the command's kind or not.</summary>
    private CommandOutcome? RefuseTooNew(Command command) => command.RequiredLevel <= FeatureLevel
        ? null
        : Refused(
            OutcomeCode.Unsupported,
            $"the command needs feature level {command.RequiredLevel}, the cluster runs at {FeatureLevel}; upgrade clusterd on all nodes before using it");
}
