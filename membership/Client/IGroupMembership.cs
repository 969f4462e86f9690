using System.Threading.Channels;
using Cluster.Membership;

namespace Cluster.Client;

/// <summary>
/// One stay of this process in one group. Disposing it leaves the group if that was not done. A process that ends without leaving
/// is taken out by its daemon, which sees the process end; until then it stays a member, whether it is connected or not.
/// </summary>
public interface IGroupMembership : IAsyncDisposable
{
    /// <summary>The group's name.</summary>
    string Group { get; }

    /// <summary>This stay.</summary>
    MemberId Id { get; }

    /// <summary>
    /// The changes since the join, in order, without gap or repeat; ends after <see cref="GroupChange.Ended"/>. The join itself
    /// usually stops the generation that it finds: the first change may be <see cref="GroupChange.Stopped"/> of a generation
    /// without this member.
    /// </summary>
    ChannelReader<GroupChange> Changes { get; }

    /// <summary>Says that this member has recovered <paramref name="generation"/>. An older generation is ignored.</summary>
    Task AcknowledgeAsync(Generation generation, CancellationToken cancellation);

    /// <summary>
    /// Leaves: what this member held has been given up by itself, nothing needs fencing. After <see cref="GroupChange.Ended"/> it
    /// tells the daemon the same, which then need not wait for the end of this process before the node can be a member again.
    /// </summary>
    Task LeaveAsync(CancellationToken cancellation);
}
