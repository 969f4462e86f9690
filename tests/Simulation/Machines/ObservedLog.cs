using Cluster.Consensus;

namespace Cluster.Simulation.Machines;

/// <summary>Passes everything through to an engine and shows each newly committed entry to the checkers first.</summary>
internal sealed class ObservedLog(IReplicatedLog inner, Action<LogEntry> committed) : IReplicatedLog
{
    public LogEffects Effects => inner.Effects;

    public ReplicatedLogStatus Status => inner.Status;

    public MonotonicTime HeardAt(NodeId voter) => inner.HeardAt(voter);

    public void Tick(MonotonicTime now)
    {
        int before = inner.Effects.Committed.Count;
        inner.Tick(now);
        Show(before);
    }

    public void Receive(in RaftMessage message, MonotonicTime now)
    {
        int before = inner.Effects.Committed.Count;
        inner.Receive(message, now);
        Show(before);
    }

    public bool TryPropose(ReadOnlyMemory<byte> payload, MonotonicTime now, out LogIndex index)
    {
        int before = inner.Effects.Committed.Count;
        bool taken = inner.TryPropose(payload, now, out index);
        Show(before);
        return taken;
    }

    public void Flush(MonotonicTime now)
    {
        int before = inner.Effects.Committed.Count;
        inner.Flush(now);
        Show(before);
    }

    public void Persisted(ulong ticket, MonotonicTime now)
    {
        int before = inner.Effects.Committed.Count;
        inner.Persisted(ticket, now);
        Show(before);
    }

    public void Abdicate(MonotonicTime now)
    {
        int before = inner.Effects.Committed.Count;
        inner.Abdicate(now);
        Show(before);
    }

    private void Show(int before)
    {
        List<LogEntry> entries = inner.Effects.Committed;
        for (int i = before; i < entries.Count; i++)
        {
            committed(entries[i]);
        }
    }
}
