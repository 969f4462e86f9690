using System.Buffers.Binary;
using Cluster.Consensus;

namespace Cluster.Simulation.Raft;

/// <summary>
/// The state machine of the consensus world: a hash over all that had an effect, in order, and what became of the newest requests, so that a request that
/// stands in the log twice has its effect once.
/// </summary>
internal sealed class Ledger(RaftMutations mutations = RaftMutations.None)
{
    private const int HeaderBytes = 24;
    private const int OutcomeBytes = 20;
    private readonly DuplicateFilter<ulong> _outcomes = new(mutations);

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
        entry.Kind == EntryKind.Command ? RequestOf(entry.Payload.Span) : default;

    /// <summary>Who asked for what a payload says.</summary>
    public static (uint Client, ulong Sequence) RequestOf(ReadOnlySpan<byte> payload) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(payload), BinaryPrimitives.ReadUInt64LittleEndian(payload[4..]));

    /// <returns>True when the entry had an effect.</returns>
    public bool Apply(in LogEntry entry)
    {
        Applied = entry.Index;
        (uint client, ulong sequence) = RequestOf(entry);
        ProposalSession session = new(new NodeId(client), 1);
        if (client == 0 || _outcomes.Judge(session, sequence, out _) != ProposalVerdict.New)
        {
            return false;
        }

        _outcomes.Remember(session, sequence, entry.Index.Value);
        Effects++;
        ulong hash = (Hash ^ client) * 0x100000001B3UL;
        hash = (hash ^ sequence) * 0x100000001B3UL;
        Hash = hash ^ (hash >> 31);
        return true;
    }

    /// <summary>The state for a snapshot, equal on all nodes for equal states.</summary>
    public byte[] Save(int padding)
    {
        IReadOnlyList<RememberedOutcome<ulong>> outcomes = _outcomes.Export();
        byte[] state = new byte[HeaderBytes + (OutcomeBytes * outcomes.Count) + padding];
        BinaryPrimitives.WriteUInt64LittleEndian(state, Hash);
        BinaryPrimitives.WriteUInt64LittleEndian(state.AsSpan(8), Effects);
        BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(16), outcomes.Count);
        int at = HeaderBytes;
        foreach (RememberedOutcome<ulong> outcome in outcomes)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(state.AsSpan(at), outcome.Session.Node.Value);
            BinaryPrimitives.WriteUInt64LittleEndian(state.AsSpan(at + 4), outcome.Sequence);
            BinaryPrimitives.WriteUInt64LittleEndian(state.AsSpan(at + 12), outcome.Outcome);
            at += OutcomeBytes;
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
        int count = BinaryPrimitives.ReadInt32LittleEndian(state[16..]);
        List<RememberedOutcome<ulong>> outcomes = [];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> one = state.Slice(HeaderBytes + (OutcomeBytes * i), OutcomeBytes);
            ProposalSession session = new(new NodeId(BinaryPrimitives.ReadUInt32LittleEndian(one)), 1);
            outcomes.Add(new RememberedOutcome<ulong>(
                session, BinaryPrimitives.ReadUInt64LittleEndian(one[4..]), BinaryPrimitives.ReadUInt64LittleEndian(one[12..])));
        }

        _outcomes.Restore(outcomes);
    }
}
