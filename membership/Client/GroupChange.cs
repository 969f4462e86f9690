using Cluster.Membership;

namespace Cluster.Client;

/// <summary>A step in the life of a group, in the same order at all its members.</summary>
public abstract record GroupChange
{
    private GroupChange()
    {
    }

    /// <summary>The generation is over: give nothing more that depends on departed members.</summary>
    /// <param name="Generation">The generation that ends.</param>
    /// <param name="Departed">Members that are gone or leaving; empty when somebody joins.</param>
    /// <param name="Reason">For people.</param>
    public sealed record Stopped(Generation Generation, IReadOnlyList<MemberId> Departed, string Reason) : GroupChange;

    /// <summary>
    /// A new generation: every departed member is proven stopped. Recover, then call
    /// <see cref="IGroupMembership.AcknowledgeAsync"/> with this generation.
    /// </summary>
    /// <param name="Generation">The new generation.</param>
    /// <param name="Members">All members, ordered by slot.</param>
    /// <param name="Departed">Those of the generation before that are not members any more.</param>
    public sealed record Started(
        Generation Generation,
        IReadOnlyList<GroupMember> Members,
        IReadOnlyList<GroupMember> Departed) : GroupChange;

    /// <summary>All members have acknowledged.</summary>
    public sealed record Ready(Generation Generation) : GroupChange;

    /// <summary>
    /// This stay is over: the node's incarnation ended (declared down, daemon restarted) or the member left. The last change.
    /// Whatever was held is not held any more; the process must not act on it.
    /// </summary>
    public sealed record Ended(string Reason) : GroupChange;
}
