using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Cluster.Consensus;

namespace Cluster.ConsensusNode.State;

/// <summary>
/// The replicated state: how many commands there were, a hash over all of them in order, and, when it is kept, the journal of
/// which proposal stands at which index.
/// </summary>
/// <param name="keepsJournal">Whether the journal is kept.</param>
/// <param name="ballastBytes">Bytes without meaning that a snapshot carries beside, to make it large.</param>
internal sealed class CountingMachine(bool keepsJournal, int ballastBytes)
{
    /// <summary>The first bytes of a command: the id of the proposal.</summary>
    public const int IdBytes = 8;

    // Applied, count, hash, bytes of the journal.
    private const int HeadBytes = 4 * sizeof(ulong);
    private const ulong Prime = 0x9E3779B97F4A7C15;

    private readonly List<JournalEntry> _journal = [];

    /// <summary>The last entry applied.</summary>
    public LogIndex Applied { get; private set; }

    /// <summary>Commands applied.</summary>
    public ulong Count { get; private set; }

    /// <summary>Of all commands and their indexes.</summary>
    public ulong Hash { get; private set; }

    /// <summary>The journal as bytes, for a file.</summary>
    public ReadOnlySpan<byte> JournalBytes => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_journal));

    /// <summary>Applies the next entry.</summary>
    public void Apply(in LogEntry entry)
    {
        Applied = entry.Index;
        if (entry.Kind != EntryKind.Command)
        {
            return;
        }

        Count++;
        Hash = Mix(Hash, entry.Index.Value);
        ReadOnlySpan<byte> payload = entry.Payload.Span;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(payload))
        {
            Hash = Mix(Hash, word);
        }

        if (keepsJournal)
        {
            _journal.Add(new JournalEntry(entry.Index.Value, BinaryPrimitives.ReadUInt64LittleEndian(payload)));
        }
    }

    /// <summary>The whole state, for a snapshot.</summary>
    public byte[] Save()
    {
        ReadOnlySpan<byte> journal = JournalBytes;
        byte[] state = GC.AllocateUninitializedArray<byte>(HeadBytes + journal.Length + ballastBytes);
        Span<byte> rest = state;
        Put(ref rest, Applied.Value);
        Put(ref rest, Count);
        Put(ref rest, Hash);
        Put(ref rest, (ulong)journal.Length);
        journal.CopyTo(rest);
        rest[journal.Length..].Fill(0x5A);
        return state;
    }

    /// <summary>Takes a snapshot's state in place of this one's.</summary>
    public void Restore(ReadOnlySpan<byte> state)
    {
        Applied = new LogIndex(Take(ref state));
        Count = Take(ref state);
        Hash = Take(ref state);
        int journal = (int)Take(ref state);
        _journal.Clear();
        _journal.AddRange(MemoryMarshal.Cast<byte, JournalEntry>(state[..journal]));
    }

    private static void Put(ref Span<byte> target, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, value);
        target = target[sizeof(ulong)..];
    }

    private static ulong Take(ref ReadOnlySpan<byte> source)
    {
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(source);
        source = source[sizeof(ulong)..];
        return value;
    }

    private static ulong Mix(ulong hash, ulong word)
    {
        hash = (hash ^ word) * Prime;
        return hash ^ (hash >> 32);
    }
}
