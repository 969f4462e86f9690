using Cluster.Client.Protocol;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Client.Connection;

/// <summary>A request that was not answered yet; it is repeated on every new connection.</summary>
internal class PendingRequest(ClientMessage message)
{
    /// <summary>As it goes over the socket.</summary>
    public byte[] Frame { get; } = MemberFrames.Encode(message);

    /// <summary>The answer.</summary>
    public TaskCompletionSource<RequestResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A join that was not answered yet. The group's events are kept: those after the join belong to the stay.</summary>
internal sealed class PendingJoin(ClientMessage message, string group) : PendingRequest(message)
{
    public string Group => group;

    /// <summary>The group's events since the request was made.</summary>
    public List<ClusterEvent> Events { get; } = [];

    /// <summary>Events up to here were missed since the request was made; <see cref="EventPosition.Start"/> when none were.</summary>
    public EventPosition MissedThrough { get; set; }

    /// <summary>True when nobody waits for the answer any more: a join that succeeds nevertheless is undone.</summary>
    public bool Abandoned { get; set; }

    /// <summary>The stay, set before <see cref="PendingRequest.Answer"/>.</summary>
    public GroupStay? Stay { get; set; }
}
