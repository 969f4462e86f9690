using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks;

/// <summary>One resource at its master: three queues, and counts of the modes in them.</summary>
internal sealed class TableResource(ResourceName name, Generation adoptedIn)
{
    public readonly ResourceName Name = name;

    /// <summary>The recovery pass in which it came to this master; zero when this master was its first.</summary>
    public readonly Generation AdoptedIn = adoptedIn;

    public LockQueue GrantedQueue;
    public LockQueue ConvertQueue;
    public LockQueue WaitQueue;

    /// <summary>The modes held, over the granted and the convert queue.</summary>
    public ModeCounts Held;

    /// <summary>The modes wanted in the convert queue.</summary>
    public ModeCounts ConvertWanted;

    /// <summary>The modes wanted in the wait queue.</summary>
    public ModeCounts WaitWanted;

    /// <summary>How many queued locks are not held to the order of their queue.</summary>
    public int Unordered;

    /// <summary>Set when locks were purged or adopted: the pass after recovery has to look at it.</summary>
    public bool NeedsPass;

    /// <summary>
    /// Set when locks were adopted: the order of conversions died with the old master, so the pass grants them in any (rule 5).
    /// </summary>
    public bool OrderLost;

    // All resources, in the order in which they came; and the unused ones, in the order in which they became so.
    public TableResource? Previous;
    public TableResource? Next;
    public TableResource? PreviousIdle;
    public TableResource? NextIdle;
    public bool IsIdle;
    public MonotonicTime IdleSince;

    public int LockCount => GrantedQueue.Count + ConvertQueue.Count + WaitQueue.Count;

    /// <summary>
    /// True when somebody other than <paramref name="self"/> holds a mode that excludes <paramref name="mode"/>.
    /// </summary>
    public bool Conflicts(LockMode mode, TableLock self)
    {
        int incompatible = ~LockCompatibility.CompatibleSet(mode);
        for (int other = 1; other < LockCompatibility.ModeCount; other++)
        {
            if ((incompatible & (1 << other)) == 0)
            {
                continue;
            }

            int own = self.IsHeld && (int)self.Granted == other ? 1 : 0;
            if (Held[other] > own)
            {
                return true;
            }
        }

        return false;
    }

    public void Enqueue(TableLock queued)
    {
        bool head = queued.Has(LockFlags.HeadQue);
        ref LockQueue queue = ref ConvertQueue;
        if (queued.State == TableLockState.Waiting)
        {
            queue = ref WaitQueue;
            WaitWanted.Add(queued.Requested);
        }
        else
        {
            ConvertWanted.Add(queued.Requested);
        }

        if (head)
        {
            queue.AddHead(queued);
        }
        else
        {
            queue.AddTail(queued);
        }

        Unordered += queued.Has(LockFlags.NoOrder) ? 1 : 0;
    }

    /// <summary>Takes a lock out of its queue; the mode it holds stays counted.</summary>
    public void Dequeue(TableLock queued)
    {
        switch (queued.State)
        {
            case TableLockState.Granted:
                GrantedQueue.Remove(queued);
                return;
            case TableLockState.Converting:
                ConvertQueue.Remove(queued);
                ConvertWanted.Remove(queued.Requested);
                break;
            default:
                WaitQueue.Remove(queued);
                WaitWanted.Remove(queued.Requested);
                break;
        }

        Unordered -= queued.Has(LockFlags.NoOrder) ? 1 : 0;
    }
}
