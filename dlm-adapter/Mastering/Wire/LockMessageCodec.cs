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
    public static byte[] Encode(LockMessage message) => throw new NotSupportedException(message.ToString());

    /// <summary>Decodes and checks a message.</summary>
    /// <exception cref="LockMessageFormatException">Too long, malformed, or a value out of its bounds.</exception>
    public static LockMessage Decode(ReadOnlySpan<byte> bytes) => throw new NotSupportedException($"{bytes.Length}");
}
