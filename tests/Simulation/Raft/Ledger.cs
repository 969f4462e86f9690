using System.Buffers.Binary;
using Cluster.Consensus;

namespace Cluster.Simulation.Raft;

/// <summary>
/// The state machine of the consensus world: a hash over all that had an effect, in order, and the newest request of each client, so that a request that
/// stands in the log twice has its effect once.
/// </summary>
internal sealed class Ledger
{
    private const int HeaderBytes = 24;
    private readonly SortedDictionary<uint, ulong> _newest = [];

    /// <summary>The last entry that was applied.</summary>
    public LogIndex Applied { get; private set; }

    /// <summary>Over everything that had an effect, in order.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325UL;

    /// <summary>How many requests had an effect.</summary>
    public ulong Effects { get; private set; }

    /// <summary>A request as it stands in the log.</summary>
    public static byte[] Request(uint client, ulong sequence, int bytes)
    {
        byte[] payload = new byte[Math.Max(12, bytes)];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, client);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(4), sequence);
        payload.AsSpan(12).Fill((byte)(client + sequence));
        return payload;
    }

    /// <summary>Who asked for an entry; client 0 for entries that are nobody's request.</summary>
    public static (uint Client, ulong Sequence) RequestOf(in LogEntry entry) =>
        entry.Kind == EntryKind.Command
            ? (BinaryPrimitives.ReadUInt32LittleEndian(entry.Payload.Span), BinaryPrimitives.ReadUInt64LittleEndian(entry.Payload.Span[4..]))
            : default;

    /// <returns>True when the entry had an effect.</returns>
    public bool Apply(in LogEntry entry)
    {
        Applied = entry.Index;
        (uint client, ulong sequence) = RequestOf(entry);
        bool isNew = client != 0 && sequence > _newest.GetValueOrDefault(client);
        if (!isNew)
        {
            return false;
        }

        _newest[client] = Math.Max(sequence, _newest.GetValueOrDefault(client));
        Effects++;
        ulong hash = (Hash ^ client) * 0x100000001B3UL;
        hash = (hash ^ sequence) * 0x100000001B3UL;
        Hash = hash ^ (hash >> 31);
        return true;
    }

    /// <summary>The state for a snapshot, equal on all nodes for equal states.</summary>
    public byte[] Save(int padding)
    {
        byte[] state = new byte[HeaderBytes + (12 * _newest.Count) + padding];
        BinaryPrimitives.WriteUInt64LittleEndian(state, Hash);
        BinaryPrimitives.WriteUInt64LittleEndian(state.AsSpan(8), Effects);
        BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(16), _newest.Count);
        int at = HeaderBytes;
        foreach ((uint client, ulong sequence) in _newest)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(state.AsSpan(at), client);
            BinaryPrimitives.WriteUInt64LittleEndian(state.AsSpan(at + 4), sequence);
            at += 12;
        }

        // Different from one snapshot to the next, so that parts of two make no whole.
        for (int i = at; i < state.Length; i++)
        {
            state[i] = (byte)((Hash >> (8 * (i & 7))) + (ulong)i);
        }

        return state;
    }

    /// <summary>Takes over the state of a snapshot.</summary>
    public void Restore(Snapshot snapshot)
    {
        ReadOnlySpan<byte> state = snapshot.State.Span;
        Applied = snapshot.Meta.Index;
        Hash = BinaryPrimitives.ReadUInt64LittleEndian(state);
        Effects = BinaryPrimitives.ReadUInt64LittleEndian(state[8..]);
        _newest.Clear();
        int count = BinaryPrimitives.ReadInt32LittleEndian(state[16..]);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> one = state.Slice(HeaderBytes + (12 * i), 12);
            _newest[BinaryPrimitives.ReadUInt32LittleEndian(one)] = BinaryPrimitives.ReadUInt64LittleEndian(one[4..]);
        }
    }
}
