namespace Cluster.Consensus;

/// <summary>Messages that tell as fact what is not on disk yet, each with the ticket of the write it waits for (S7).</summary>
internal sealed class HeldMessages
{
    private readonly List<Held> _held = [];

    /// <summary>How many wait.</summary>
    public int Count => _held.Count;

    /// <summary>Keeps a message back until the write with <paramref name="ticket"/> is on disk.</summary>
    public void Add(ulong ticket, in RaftMessage message) => _held.Add(new Held(ticket, message));

    /// <summary>Moves the messages whose writes are on disk to <paramref name="target"/>, in the order they were added.</summary>
    public void Release(ulong persistedTicket, List<RaftMessage> target)
    {
        int kept = 0;
        for (int i = 0; i < _held.Count; i++)
        {
            Held held = _held[i];
            if (held.Ticket <= persistedTicket)
            {
                target.Add(held.Message);
            }
            else
            {
                _held[kept++] = held;
            }
        }

        _held.RemoveRange(kept, _held.Count - kept);
    }

    /// <summary>Forgets all of them.</summary>
    public void Clear() => _held.Clear();

    private readonly record struct Held(ulong Ticket, RaftMessage Message);
}
