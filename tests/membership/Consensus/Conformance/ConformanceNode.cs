using System.Text;
using Cluster.Consensus.Tests.Support;

namespace Cluster.Consensus.Tests.Conformance;

/// <summary>
/// One machine: an engine, a disk, and a state machine that notes what it was given. Every step is held to what the seam promises.
/// </summary>
internal sealed class ConformanceNode(NodeId id, Func<RecoveredLog, IReplicatedLog> start)
{
    private readonly Dictionary<ulong, ReadResult> _reads = [];
    private Term _termSeen;

    public NodeId Id => id;

    public MemoryDisk Disk { get; } = new();

    public IReplicatedLog? Engine { get; private set; }

    /// <summary>What this life's state machine holds: the commands in order of index.</summary>
    public List<string> State { get; private set; } = [];

    public LogIndex Applied { get; private set; }

    /// <summary>How often the state was replaced as a whole in this life.</summary>
    public int Restores { get; private set; }

    public bool FailsToSave { get; set; }

    public bool IsSavingSlow { get; set; }

    public List<Snapshot> WaitingSaves { get; } = [];

    public IReadOnlyDictionary<ulong, ReadResult> Reads => _reads;

    public ReplicatedLogStatus Status => Engine!.Status;

    public bool IsUp => Engine is not null;

    public void Start()
    {
        State = [];
        Applied = LogIndex.Zero;
        Restores = 0;
        _termSeen = Term.Zero;
        _reads.Clear();
        WaitingSaves.Clear();
        Engine = start(Disk.Recovered);
    }

    public void Crash()
    {
        Engine = null;
        Disk.Crash();
    }

    public ReadOnlyMemory<byte> Serialized => Encoding.UTF8.GetBytes(string.Join('\n', State));

    /// <summary>Carries the engine's effects out, except for the messages, which it returns.</summary>
    public List<RaftMessage> CarryOut(MonotonicTime now)
    {
        List<RaftMessage> messages = [];
        while (Engine is { Effects.IsEmpty: false } engine)
        {
            LogEffects effects = engine.Effects;
            CheckStatus();
            foreach (LogWrite write in effects.Writes)
            {
                Disk.Write(write);
            }

            messages.AddRange(effects.Messages);
            Restore(effects.Restored);
            foreach (LogEntry entry in effects.Committed)
            {
                Apply(entry);
            }

            foreach (ReadResult read in effects.Reads)
            {
                Assert.True(_reads.TryAdd(read.Context, read), "a read is answered once");
            }

            List<Snapshot> saves = [.. effects.SnapshotSaves];
            effects.Clear();
            Save(saves, now);
            if (!Disk.IsSlow)
            {
                Sync(now);
            }
        }

        return messages;
    }

    public void Sync(MonotonicTime now)
    {
        if (Disk.Sync() is > 0 and var ticket)
        {
            Engine?.Persisted(ticket, now);
        }
    }

    public void FinishSaves(MonotonicTime now)
    {
        IsSavingSlow = false;
        List<Snapshot> saves = [.. WaitingSaves];
        WaitingSaves.Clear();
        Save(saves, now);
    }

    private void Save(List<Snapshot> saves, MonotonicTime now)
    {
        foreach (Snapshot snapshot in saves)
        {
            if (IsSavingSlow)
            {
                WaitingSaves.Add(snapshot);
            }
            else if (FailsToSave)
            {
                Engine!.SnapshotNotSaved(snapshot.Meta, now);
            }
            else
            {
                Disk.SaveSnapshot(snapshot);
                Engine!.SnapshotSaved(snapshot.Meta, now);
            }
        }
    }

    private void Restore(Snapshot? snapshot)
    {
        if (snapshot is null)
        {
            return;
        }

        Assert.True(snapshot.Meta.Index > Applied, "a restore goes forward");
        Assert.Equal(snapshot.Meta.Checksum, Checksum.Of(snapshot.State.Span));
        Assert.Equal(snapshot.Meta.Bytes, snapshot.State.Length);
        string text = Encoding.UTF8.GetString(snapshot.State.Span);
        State = text.Length == 0 ? [] : [.. text.Split('\n')];
        Applied = snapshot.Meta.Index;
        Restores++;
    }

    private void Apply(in LogEntry entry)
    {
        Assert.Equal(Applied.Next, entry.Index);
        Applied = entry.Index;
        if (entry.Kind == EntryKind.Command)
        {
            State.Add(Encoding.UTF8.GetString(entry.Payload.Span));
        }
    }

    private void CheckStatus()
    {
        Assert.True(Status.Term >= _termSeen, "terms only grow");
        Assert.True(Status.CommitIndex >= Applied, "what was handed out is committed");
        _termSeen = Status.Term;
    }
}
