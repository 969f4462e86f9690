using Cluster.Consensus;

namespace Cluster.Simulation.Machines;

/// <summary>Passes everything through to an engine and shows each newly committed entry to the checkers first.</summary>
internal sealed class ObservedLog(IReplicatedLog inner, Action<LogEntry> committed, Action<SnapshotMeta> restored) : IReplicatedLog
{
    private SnapshotMeta? _restored;

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

    public bool TryRead(ulong context, MonotonicTime now) => inner.TryRead(context, now);

    public bool Compact(LogIndex through, ReadOnlyMemory<byte> state, MonotonicTime now)
    {
        int before = inner.Effects.Committed.Count;
        bool taken = inner.Compact(through, state, now);
        Show(before);
        return taken;
    }

    public void SnapshotSaved(SnapshotMeta meta, MonotonicTime now)
    {
        int before = inner.Effects.Committed.Count;
        inner.SnapshotSaved(meta, now);
        Show(before);
    }

    public void SnapshotNotSaved(SnapshotMeta meta, MonotonicTime now) => inner.SnapshotNotSaved(meta, now);

    public ClusterConfiguration Configuration => inner.Configuration;

    public LogIndex ConfigurationIndex => inner.ConfigurationIndex;

    public bool TryChangeConfiguration(ConfigurationChange change, MonotonicTime now, out LogIndex index, out string refusal)
    {
        int before = inner.Effects.Committed.Count;
        bool taken = inner.TryChangeConfiguration(change, now, out index, out refusal);
        Show(before);
        return taken;
    }

    public bool IsCaughtUp(NodeId learner) => inner.IsCaughtUp(learner);

    public void Retime(RaftTiming timing, MonotonicTime now) => inner.Retime(timing, now);

    public void NoteStandoff(Standoff standoff, MonotonicTime now) => inner.NoteStandoff(standoff, now);

    public bool TryGoAlone(NodeId stopped, MonotonicTime now, out string refusal)
    {
        int before = inner.Effects.Committed.Count;
        bool begun = inner.TryGoAlone(stopped, now, out refusal);
        Show(before);
        return begun;
    }

    public bool TryTransfer(NodeId to, MonotonicTime now, out string refusal) => inner.TryTransfer(to, now, out refusal);

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
        // A restore takes back what had not been carried out.
        List<LogEntry> entries = inner.Effects.Committed;
        bool isNews = inner.Effects.Restored is { } snapshot && snapshot.Meta != _restored;
        if (isNews)
        {
            _restored = inner.Effects.Restored!.Meta;
            restored(_restored);
        }

        for (int i = isNews ? 0 : before; i < entries.Count; i++)
        {
            committed(entries[i]);
        }
    }
}
