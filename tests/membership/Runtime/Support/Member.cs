using Cluster.Client;

namespace Cluster.Runtime.Tests.Support;

/// <summary>A group member that remembers its changes, and acknowledges every start at once unless told not to.</summary>
internal sealed class Member
{
    private readonly List<GroupChange> _changes = [];

    private readonly bool _acknowledges;

    private Member(MembershipClient client, IGroupMembership stay, bool acknowledges)
    {
        Client = client;
        Stay = stay;
        _acknowledges = acknowledges;
        Following = FollowAsync();
    }

    public MembershipClient Client { get; }

    public IGroupMembership Stay { get; }

    /// <summary>Ends with the stay.</summary>
    public Task Following { get; }

    public static async Task<Member> JoinAsync(TestCluster cluster, TestNode node, string group, TimeSpan? acknowledgeWithin = null, bool acknowledges = true)
    {
        MembershipClient client = await cluster.ConnectAsync(node);
        var options = new GroupJoinOptions(group, $"127.0.0.1:{7000 + node.Id.Value}") { AcknowledgeWithin = acknowledgeWithin };
        return new Member(client, await Eventually.Ends(client.JoinGroupAsync(options, CancellationToken.None), $"the join at {node.Name}"), acknowledges);
    }

    public IReadOnlyList<GroupChange> Changes()
    {
        lock (_changes)
        {
            return [.. _changes];
        }
    }

    /// <summary>Waits until a generation with so many members is ready here.</summary>
    public async Task<GroupChange.Started> ReadyWithAsync(int members)
    {
        GroupChange.Started? last = null;
        await Eventually.Holds(
            () =>
            {
                IReadOnlyList<GroupChange> changes = Changes();
                last = changes.OfType<GroupChange.Started>().LastOrDefault();
                return last?.Members.Count == members && changes.Contains(new GroupChange.Ready(last.Generation));
            },
            $"{members} members of {Stay.Group} to be ready");
        return last!;
    }

    private async Task FollowAsync()
    {
        await foreach (GroupChange change in Stay.Changes.ReadAllAsync())
        {
            lock (_changes)
            {
                _changes.Add(change);
            }

            if (_acknowledges && change is GroupChange.Started started)
            {
                await Stay.AcknowledgeAsync(started.Generation, CancellationToken.None);
            }
        }
    }
}
