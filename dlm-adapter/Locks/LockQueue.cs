namespace Cluster.Locks;

/// <summary>One of a resource's three queues: a list threaded through the locks themselves.</summary>
internal struct LockQueue
{
    public TableLock? Head;
    public TableLock? Tail;
    public int Count;

    public void AddTail(TableLock added)
    {
        added.Previous = Tail;
        added.Next = null;
        if (Tail is null)
        {
            Head = added;
        }
        else
        {
            Tail.Next = added;
        }

        Tail = added;
        Count++;
    }

    public void AddHead(TableLock added)
    {
        added.Previous = null;
        added.Next = Head;
        if (Head is null)
        {
            Tail = added;
        }
        else
        {
            Head.Previous = added;
        }

        Head = added;
        Count++;
    }

    public void Remove(TableLock removed)
    {
        if (removed.Previous is null)
        {
            Head = removed.Next;
        }
        else
        {
            removed.Previous.Next = removed.Next;
        }

        if (removed.Next is null)
        {
            Tail = removed.Previous;
        }
        else
        {
            removed.Next.Previous = removed.Previous;
        }

        removed.Previous = null;
        removed.Next = null;
        Count--;
    }
}
