using Cluster.Membership;
using Google.Protobuf;

namespace Cluster.Locks.Mastering.Wire;

/// <summary>Lock messages as bytes: Protocol Buffers, <c>lockspace.proto</c>.</summary>
public static class LockMessageCodec
{
    /// <summary>The longest encoded message, in bytes.</summary>
    public const int MaxMessageBytes = 256 * 1024;

    /// <summary>The most names or locks in one message.</summary>
    public const int MaxBatch = 1024;

    /// <summary>Encodes a message.</summary>
    /// <exception cref="InvalidOperationException">A batch is greater than <see cref="MaxBatch"/>.</exception>
    public static byte[] Encode(LockMessage message)
    {
        var wire = new Proto.LockSpaceMessage
        {
            Generation = message.Generation.Value,
            Sequence = message.Sequence,
            Acknowledged = message.Acknowledged,
        };
        if (message.Body is not null)
        {
            BodyWriter.Write(message.Body, wire);
        }

        return wire.ToByteArray();
    }

    /// <summary>Decodes and checks a message.</summary>
    /// <exception cref="LockMessageFormatException">Too long, malformed, or a value out of its bounds.</exception>
    public static LockMessage Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxMessageBytes)
        {
            throw new LockMessageFormatException(
                $"a lock message of {bytes.Length} bytes arrived, but the longest has {MaxMessageBytes}; close the link");
        }

        Proto.LockSpaceMessage wire;
        try
        {
            wire = Proto.LockSpaceMessage.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new LockMessageFormatException(
                $"{bytes.Length} bytes arrived that are not a lock message ({malformed.Message}); close the link", malformed);
        }

        LockMessageBody? body = BodyReader.Read(wire);
        if ((wire.Sequence == 0) != (body is null))
        {
            throw new LockMessageFormatException(
                $"a lock message with sequence number {wire.Sequence} and body {wire.BodyCase} arrived; only an "
                + "acknowledgement has number 0 and no body; close the link");
        }

        return new LockMessage(new Generation(wire.Generation), wire.Sequence, wire.Acknowledged, body);
    }
}
