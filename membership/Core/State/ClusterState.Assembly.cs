using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <content>Wait-for-all: which lives have been part of an assembled cluster.</content>
public sealed partial class ClusterState
{
    private readonly SortedSet<ulong> _assembled = [];

    /// <summary>
    /// Whether a life has been part of the cluster since it was last assembled. As long as one such life goes on, the cluster was never wholly down, and need not be
    /// assembled again.
    /// </summary>
    public bool IsAssembled(Incarnation incarnation) => _assembled.Contains(incarnation.Value);

    /// <summary>
    /// The cluster is assembled, or lives join one that is. If none of the lives that were part of it is named, all of them are over: those that are named are a new
    /// beginning, and what is known of the others is from before it.
    /// </summary>
    private CommandOutcome ApplyAssemble(ClusterAssemble assemble)
    {
        SortedSet<ulong> up = [];
        foreach (NodeRecord node in _nodes.Values)
        {
            if (node.State == NodeLifeState.Up)
            {
                up.Add(node.Incarnation.Value);
            }
        }

        _assembled.IntersectWith(up);
        SortedSet<ulong> named = new(assemble.Incarnations);
        named.IntersectWith(up);
        if (named.Count == 0)
        {
            return Refused(OutcomeCode.Stale, "none of the lives that are to be assembled is up; name at least the one that says so");
        }

        bool goesOn = _assembled.Overlaps(named);
        if (!goesOn)
        {
            _assembled.Clear();
        }

        _assembled.UnionWith(named);
        if (!goesOn)
        {
            Emit(new ClusterEvent { ClusterAssembled = new ClusterAssembledEvent { Who = assemble.Who } });
        }

        return Accepted();
    }
}
