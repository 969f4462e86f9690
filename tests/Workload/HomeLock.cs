using Cluster.Locks;
using Cluster.Locks.Contract;
using Cluster.Tests.DevCluster.Counters;

namespace Cluster.Tests.Workload;

/// <summary>
/// Each node holds an exclusive lock named after itself for as long as it lives, and waits for those of the others: being granted one of them is
/// the moment at which something that another node held was given away. The holder announces its hold on the shared disk.
/// </summary>
internal sealed class HomeLock(ILockSpace space, string manager, WorkloadSettings settings, WorkloadJournal journal, ulong writer)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    /// <summary>Holds this node's own lock until <paramref name="stop"/>.</summary>
    public async Task HoldAsync(CancellationToken stop)
    {
        await using HeldLock held = await space.LockAsync(Resource(settings.Node), LockMode.EX, null, stop).ConfigureAwait(false);
        await AnnounceAsync(held.Token.Value, stop).ConfigureAwait(false);
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(false);
    }

    /// <summary>Waits for another node's lock, again for each of its holds.</summary>
    public async Task WatchAsync(string other, CancellationToken stop)
    {
        string seen = "";
        while (true)
        {
            string announced = File.Exists(Announcement(other))
                ? await File.ReadAllTextAsync(Announcement(other), stop).ConfigureAwait(false)
                : "";
            if (announced == seen || announced.Length == 0)
            {
                await Task.Delay(s_look, stop).ConfigureAwait(false);
                continue;
            }

            await using (HeldLock taken = await space.LockAsync(Resource(other), LockMode.EX, null, stop).ConfigureAwait(false))
            {
                journal.TakeOver(manager, Resource(other), taken.Token.Value);
            }

            seen = announced;
        }
    }

    private static string Resource(string node) => $"home/{node}";

    private string Announcement(string node) => Path.Combine(Path.GetDirectoryName(settings.SharedFolder)!, $"home.{manager}.{node}");

    private async Task AnnounceAsync(ulong token, CancellationToken stop)
    {
        string temporary = Announcement(settings.Node) + ".new";
        await File.WriteAllTextAsync(temporary, $"{writer:x} {token}", stop).ConfigureAwait(false);
        File.Move(temporary, Announcement(settings.Node), overwrite: true);
    }
}
