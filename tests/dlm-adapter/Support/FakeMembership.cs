using System.Threading.Channels;
using Cluster.Client;
using Cluster.Membership;

namespace Cluster.Locks.Tests.Support;

internal sealed class FakeMembership(FakeCluster cluster, FakeNode node, GroupMember self, string group) : IGroupMembership
{
    private readonly Channel<GroupChange> _changes = Channel.CreateUnbounded<GroupChange>();

    public string Group { get; } = group;

    public MemberId Id => Self.Id;

    public GroupMember Self { get; } = self;

    public FakeNode Node { get; } = node;

    public ChannelReader<GroupChange> Changes => _changes.Reader;

    /// <summary>The greatest generation that this member has acknowledged.</summary>
    public Generation Acknowledged { get; set; }

    public void Deliver(GroupChange change)
    {
        _changes.Writer.TryWrite(change);
        if (change is GroupChange.Ended)
        {
            _changes.Writer.TryComplete();
        }
    }

    public Task AcknowledgeAsync(Generation generation, CancellationToken cancellation)
    {
        if (Node.AcknowledgementFails())
        {
            throw new MembershipException($"acknowledging {generation}: there is no quorum");
        }

        cluster.Acknowledge(this, generation);
        return Task.CompletedTask;
    }

    public Task LeaveAsync(CancellationToken cancellation)
    {
        cluster.Leave(this);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync() => await LeaveAsync(CancellationToken.None);
}
