// Joins a group through the daemon's member socket, acknowledges every start, and stays until it is killed.
// Arguments: member socket, group. Prints "joined m<id>" once it is a member.
using Cluster.Client;

using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
MembershipClient client = await MembershipClient.ConnectAsync(args[0], patience.Token);
IGroupMembership stay = await client.JoinGroupAsync(new GroupJoinOptions(args[1], "127.0.0.1:1"), patience.Token);
Console.WriteLine($"joined {stay.Id}");
await foreach (GroupChange change in stay.Changes.ReadAllAsync())
{
    if (change is GroupChange.Started started)
    {
        await stay.AcknowledgeAsync(started.Generation, CancellationToken.None);
    }
}

return 3;
