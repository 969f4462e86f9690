namespace Cluster.Consensus;

/// <summary>What the shell has to carry out after a step; messages may go out before the writes are begun. Reused: the owner clears it after use.</summary>
public sealed class LogEffects
{
    /// <summary>To be made durable, in order, then reported through <see cref="IReplicatedLog.Persisted"/>.</summary>
    public List<LogWrite> Writes { get; } = [];

    /// <summary>To be sent now. What must wait for a write is not here yet: the engine holds it back until the report.</summary>
    public List<RaftMessage> Messages { get; } = [];

    /// <summary>
    /// Replaces the whole state of the machine above; comes before <see cref="Committed"/>, which goes on after it. Set at once
    /// by an engine that starts from a snapshot.
    /// </summary>
    public Snapshot? Restored { get; set; }

    /// <summary>Newly committed entries, each exactly once a process life, in order of index.</summary>
    public List<LogEntry> Committed { get; } = [];

    /// <summary>Snapshots to be saved as files, apart from the log's writes and without delaying them.</summary>
    public List<Snapshot> SnapshotSaves { get; } = [];

    /// <summary>Answers to requests for read barriers.</summary>
    public List<ReadResult> Reads { get; } = [];

    /// <summary>True when there is nothing to carry out.</summary>
    public bool IsEmpty => Writes.Count + Messages.Count + Committed.Count + SnapshotSaves.Count + Reads.Count == 0 && Restored is null;

    /// <summary>Empties everything.</summary>
    public void Clear()
    {
        Writes.Clear();
        Messages.Clear();
        Restored = null;
        Committed.Clear();
        SnapshotSaves.Clear();
        Reads.Clear();
    }
}
