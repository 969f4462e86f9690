using System.Threading.Channels;
using Cluster.Membership;

namespace Cluster.Client;

/// <summary>One stay of this process in one group.</summary>
public interface IGroupMembership : IAsyncDisposable
{
    /// <summary>The group's name.</summary>
    string Group { get; }

    /// <summary>This stay.</summary>
    MemberId Id { get; }

    /// <summary>The changes since the join, in order, without gap or repeat; ends after <see cref="GroupChange.Ended"/>.</summary>
    ChannelReader<GroupChange> Changes { get; }

    /// <summary>Says that this member has recovered <paramref name="generation"/>. An older generation is ignored.</summary>
    Task AcknowledgeAsync(Generation generation, CancellationToken cancellation);

    /// <summary>Leaves: what this member held has been given up by itself, nothing needs fencing.</summary>
    Task LeaveAsync(CancellationToken cancellation);
}
