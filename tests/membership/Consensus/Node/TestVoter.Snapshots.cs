using System.Text;

namespace Cluster.Consensus.Tests.Node;

// Snapshots and reads.
internal sealed partial class TestVoter
{
    public List<Snapshot> Saves { get; } = [];

    public List<Snapshot> Restored { get; } = [];

    public List<ReadResult> Reads { get; } = [];

    public List<LogWrite> SnapshotWrites { get; } = [];

    public RecoveredLog OnDisk => _disk.Recovered;

    public static Snapshot SnapshotOf(ulong index, ulong term, string state)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(state);
        var meta = new SnapshotMeta(
            new LogIndex(index), new Term(term), new ClusterConfiguration([One, Two, Three]), bytes.Length, Checksum.Of(bytes));
        return new Snapshot(meta, bytes);
    }

    /// <summary>A chunk from 2; without length the whole rest.</summary>
    public static RaftMessage Chunk(Snapshot snapshot, ulong term, int offset = 0, int? length = null, ulong offer = 1)
    {
        ReadOnlyMemory<byte> data = snapshot.State.Slice(offset, length ?? snapshot.State.Length - offset);
        return RaftMessage.SnapshotChunk(Two, One, new Term(term), snapshot.Meta, offer, offset, data, Checksum.Of(data.Span));
    }

    public bool Compact(ulong through, string state)
    {
        bool isTaken = Node.Compact(new LogIndex(through), Encoding.UTF8.GetBytes(state), Now);
        Collect();
        return isTaken;
    }

    /// <summary>The shell has put the oldest snapshot it was given in its place.</summary>
    public void SaveOldest()
    {
        Snapshot snapshot = Saves[0];
        Saves.RemoveAt(0);
        _disk.SaveSnapshot(snapshot);
        Node.SnapshotSaved(snapshot.Meta, Now);
        Collect();
    }

    public void FailToSaveOldest()
    {
        Snapshot snapshot = Saves[0];
        Saves.RemoveAt(0);
        Node.SnapshotNotSaved(snapshot.Meta, Now);
        Collect();
    }

    /// <summary>The disk has the oldest <paramref name="writes"/> writes, and nobody has been told yet.</summary>
    public void SyncSilently(int writes) => _disk.Sync(writes);

    public bool Read(ulong context)
    {
        bool isTaken = Node.TryRead(context, Now);
        Collect();
        return isTaken;
    }

    private void CollectSnapshots(LogEffects effects)
    {
        SnapshotWrites.AddRange(effects.Writes.FindAll(write => write.Kind == LogWriteKind.UseSnapshot));
        if (effects.Restored is { } restored)
        {
            Restored.Add(restored);
            Committed.Clear();
        }

        Saves.AddRange(effects.SnapshotSaves);
        Reads.AddRange(effects.Reads);
    }
}
