namespace Cluster.Consensus;

/// <summary>What the shell has to carry out after a step, in this order of lists. Reused: the owner clears it after use.</summary>
public sealed class LogEffects
{
    /// <summary>To be made durable, in order, then reported through <see cref="IReplicatedLog.Persisted"/>.</summary>
    public List<LogWrite> Writes { get; } = [];

    /// <summary>To be sent now. What must wait for a write is not here yet: the engine holds it back until the report.</summary>
    public List<PeerMessage> Messages { get; } = [];

    /// <summary>Newly committed entries, each exactly once a process life, in order of index.</summary>
    public List<LogEntry> Committed { get; } = [];

    /// <summary>Empties all lists.</summary>
    public void Clear()
    {
        Writes.Clear();
        Messages.Clear();
        Committed.Clear();
    }
}
