using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Cluster.Consensus;

namespace Cluster.ConsensusNode.State;

/// <summary>
/// The replicated state: how many commands there were, a hash over all of them in order, and, when it is kept, the journal of
/// which proposal stands at which index.
/// </summary>
internal sealed class CountingMachine(bool keepsJournal)
{
    /// <summary>The first bytes of a command: the id of the proposal.</summary>
    public const int IdBytes = 8;

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

    private static ulong Mix(ulong hash, ulong word)
    {
        hash = (hash ^ word) * Prime;
        return hash ^ (hash >> 32);
    }
}
