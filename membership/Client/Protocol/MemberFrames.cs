using System.Buffers.Binary;
using Google.Protobuf;

namespace Cluster.Client.Protocol;

/// <summary>
/// The framing of the member socket: a 32-bit little-endian length, then the message (see member.proto). Not for several threads.
/// </summary>
/// <param name="stream">Where frames come from; not owned.</param>
/// <param name="maxBytes">The longest message that is accepted.</param>
internal sealed class MemberFrames(Stream stream, int maxBytes)
{
    /// <summary>The longest message a daemon sends.</summary>
    public const int MaxServerBytes = 4 * 1024 * 1024;

    /// <summary>The longest message a client sends.</summary>
    public const int MaxClientBytes = 64 * 1024;

    private const int HeaderBytes = 4;

    private byte[] _buffer = new byte[8 * 1024];
    private int _start;
    private int _end;

    /// <summary>A message as it goes over the socket.</summary>
    public static byte[] Encode(IMessage message)
    {
        int size = message.CalculateSize();
        byte[] frame = new byte[HeaderBytes + size];
        BinaryPrimitives.WriteInt32LittleEndian(frame, size);
        message.WriteTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    /// <summary>Waits for the next message, blocking the thread.</summary>
    /// <returns>Its bytes, valid until the next call; null at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">A message is longer than allowed, or the stream ends within one.</exception>
    public ReadOnlyMemory<byte>? Read()
    {
        ReadOnlyMemory<byte> message;
        while (!TryTake(out message))
        {
            int read = stream.Read(_buffer.AsSpan(_end));
            if (!Arrived(read))
            {
                return null;
            }
        }

        return message;
    }

    /// <summary>Waits for the next message.</summary>
    /// <returns>Its bytes, valid until the next call; null at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">A message is longer than allowed, or the stream ends within one.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> message;
        while (!TryTake(out message))
        {
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
            if (!Arrived(read))
            {
                return null;
            }
        }

        return message;
    }

    private bool Arrived(int read)
    {
        _end += read;
        return read > 0
            || (_end == _start ? false : throw new InvalidDataException("the stream ended in the middle of a message"));
    }

    private bool TryTake(out ReadOnlyMemory<byte> message)
    {
        message = default;
        int needed = HeaderBytes;
        if (_end - _start >= HeaderBytes)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start));
            if (size < 0 || size > maxBytes)
            {
                throw new InvalidDataException($"a message of {(uint)size} bytes was announced; at most {maxBytes} are allowed");
            }

            needed += size;
            if (_end - _start >= needed)
            {
                message = _buffer.AsMemory(_start + HeaderBytes, size);
                _start += needed;
                return true;
            }
        }

        MakeRoom(needed);
        return false;
    }

    private void MakeRoom(int needed)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_buffer.Length < needed)
        {
            Array.Resize(ref _buffer, Math.Max(needed, Math.Min(_buffer.Length * 2, maxBytes + HeaderBytes)));
        }
    }
}
