// docs/client.md shows what stands between the marks; a test compares the two and runs it.
// <sample>
using Cluster.Client;
using Cluster.Membership;

namespace Example;

/// <summary>A lock manager in miniature: it grants only while it may, and recovers when the group changes.</summary>
internal sealed class LockManager(string socketPath, string endpoint)
{
    private volatile bool _running;

    public long Granted { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        await using MembershipClient cluster = await MembershipClient.ConnectAsync(socketPath, stop);
        await using IGroupMembership group = await cluster.JoinGroupAsync(new GroupJoinOptions("orders", endpoint), stop);
        Task work = WorkAsync(cluster.Lease, stop);

        await foreach (GroupChange change in group.Changes.ReadAllAsync(stop))
        {
            switch (change)
            {
                case GroupChange.Stopped:
                    _running = false; // give nothing more that may depend on members that are gone
                    break;
                case GroupChange.Started started:
                    Recover(started.Members, started.Departed); // every departed member is proven stopped
                    await group.AcknowledgeAsync(started.Generation, stop);
                    break;
                case GroupChange.Ready:
                    _running = true; // all members have recovered
                    break;
                case GroupChange.Ended ended:
                    Console.WriteLine($"nothing that was held is held any more: {ended.Reason}");
                    return;
            }
        }

        await work;
    }

    private async Task WorkAsync(ILease lease, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // The lease is asked at the very moment of granting: it ends by itself when nothing renews it.
            if (_running && lease.IsHeld)
            {
                Granted++;
            }

            await Task.Delay(10, stop);
        }
    }

    private static void Recover(IReadOnlyList<GroupMember> members, IReadOnlyList<GroupMember> departed)
    {
        foreach (GroupMember gone in departed)
        {
            Console.WriteLine($"taking over what slot {gone.Slot} of {gone.NodeName} held, with {members.Count} members");
        }
    }
}
// </sample>
