using System.Buffers.Binary;
using Cluster.Consensus;
using Cluster.Storage.Records;
using Google.Protobuf;

namespace Cluster.Storage.Format;

/// <summary>A hard state as the log has it.</summary>
internal static class HardStateBytes
{
    /// <summary>No encoding is longer: four fields, a tag byte each, varints of 10, 5, 5 and 10 bytes.</summary>
    public const int MaxBytes = 34;

    /// <summary>As part of a segment header.</summary>
    public static HardStateRecord ToRecord(HardState state) => new()
    {
        Term = state.Term.Value,
        VotedFor = state.VotedFor.Value,
        StandoffPeer = state.Standoff.Peer.Value,
        StandoffAttempt = state.Standoff.Attempt,
    };

    /// <summary>The reverse.</summary>
    public static HardState From(HardStateRecord? record) =>
        record is null
            ? default
            : new HardState(
                new Term(record.Term), new NodeId(record.VotedFor), new Standoff(new NodeId(record.StandoffPeer), record.StandoffAttempt));

    /// <summary>Writes a record's payload.</summary>
    /// <returns>Its length.</returns>
    public static int Write(HardState state, Span<byte> target)
    {
        HardStateRecord record = ToRecord(state);
        int length = record.CalculateSize();
        record.WriteTo(target[..length]);
        return length;
    }

    /// <summary>Reads a record's payload; null when it is none.</summary>
    public static HardState? Read(uint version, ulong term, ReadOnlySpan<byte> payload)
    {
        if (version == 1)
        {
            return payload.Length == 4
                ? new HardState(new Term(term), new NodeId(BinaryPrimitives.ReadUInt32LittleEndian(payload)))
                : null;
        }

        try
        {
            HardState state = From(HardStateRecord.Parser.ParseFrom(payload));
            return state.Term.Value == term ? state : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
