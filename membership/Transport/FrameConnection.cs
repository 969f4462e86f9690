using System.Buffers.Binary;

namespace Cluster.Transport;

/// <summary>
/// Frames over a stream: length of the body (4 bytes, little-endian), CRC-32C of the body (4 bytes, little-endian), body. One
/// reader and
/// one writer may be at work at once. The check finds what TCP's sum misses; after any error the stream is out of step, so the
/// connection has to be closed.
/// </summary>
public sealed class FrameConnection : IAsyncDisposable
{
    /// <summary>Bytes in front of each body.</summary>
    public const int HeaderBytes = 8;

    private const int KeptBytes = 1024 * 1024;

    private readonly Stream _stream;
    private readonly byte[] _input = new byte[64 * 1024];
    private int _inputStart;
    private int _inputEnd;
    private byte[] _output = new byte[4096];
    private int _outputLength;

    /// <summary>Takes over a stream.</summary>
    /// <param name="stream">Disposed with this.</param>
    /// <param name="maxFrameBytes">The greatest body, sent or received.</param>
    public FrameConnection(Stream stream, int maxFrameBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxFrameBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxFrameBytes, Array.MaxLength / 2);
        _stream = stream;
        MaxFrameBytes = maxFrameBytes;
    }

    /// <summary>The greatest body; may be raised once the other end is trusted.</summary>
    public int MaxFrameBytes { get; internal set; }

    /// <summary>Bytes waiting for <see cref="FlushAsync"/>.</summary>
    public int BufferedBytes => _outputLength;

    /// <summary>Puts a frame into the output buffer; nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">The body is larger than <see cref="MaxFrameBytes"/>.</exception>
    public void Buffer(ReadOnlySpan<byte> body)
    {
        Span<byte> place = Reserve(body.Length);
        body.CopyTo(place);
        Complete(place);
    }

    /// <summary>Writes a frame into the output buffer; nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">The body is larger than <see cref="MaxFrameBytes"/>.</exception>
    public void Buffer(OutgoingFrame frame)
    {
        Span<byte> place = Reserve(frame.Length);
        frame.Write(place);
        Complete(place);
    }

    /// <summary>Sends all buffered frames in one write.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        await _stream.WriteAsync(_output.AsMemory(0, _outputLength), cancellation).ConfigureAwait(false);
        await _stream.FlushAsync(cancellation).ConfigureAwait(false);
        _outputLength = 0;
        if (_output.Length > KeptBytes)
        {
            _output = new byte[4096];
        }
    }

    /// <summary>Waits for the next frame.</summary>
    /// <returns>Its body, which belongs to the caller; null when the other end closed between two frames.</returns>
    /// <exception cref="FrameException">What arrived is no frame.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        while (_inputEnd - _inputStart < HeaderBytes)
        {
            if (!await FillAsync(cancellation).ConfigureAwait(false))
            {
                return _inputEnd == _inputStart
                    ? null
                    : throw new FrameException("the connection ended within the head of a frame");
            }
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_input.AsSpan(_inputStart));
        uint check = BinaryPrimitives.ReadUInt32LittleEndian(_input.AsSpan(_inputStart + 4));
        if (length > MaxFrameBytes)
        {
            throw new FrameException($"a frame of {length} bytes was announced; at most {MaxFrameBytes} are allowed");
        }

        _inputStart += HeaderBytes;
        byte[] body = length == 0 ? [] : GC.AllocateUninitializedArray<byte>((int)length);
        int have = Math.Min(body.Length, _inputEnd - _inputStart);
        _input.AsSpan(_inputStart, have).CopyTo(body);
        _inputStart += have;
        while (have < body.Length)
        {
            int read = await _stream.ReadAsync(body.AsMemory(have), cancellation).ConfigureAwait(false);
            have += read > 0 ? read : throw new FrameException("the connection ended within a frame");
        }

        return Crc32C.Of(body) == check ? body : throw new FrameException($"a frame of {length} bytes failed its check");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    /// <summary>Makes room for a frame; what is there counts once <see cref="Complete"/> was called.</summary>
    private Span<byte> Reserve(int length)
    {
        if (length > MaxFrameBytes)
        {
            throw new ArgumentException($"a frame of {length} bytes was to be sent; at most {MaxFrameBytes} are allowed");
        }

        int end = _outputLength + HeaderBytes + length;
        if (end > _output.Length)
        {
            Array.Resize(ref _output, (int)Math.Min(Array.MaxLength, Math.Max(2L * _output.Length, end)));
        }

        return _output.AsSpan(_outputLength + HeaderBytes, length);
    }

    private void Complete(ReadOnlySpan<byte> body)
    {
        Span<byte> header = _output.AsSpan(_outputLength);
        BinaryPrimitives.WriteInt32LittleEndian(header, body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Crc32C.Of(body));
        _outputLength += HeaderBytes + body.Length;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        _input.AsSpan(_inputStart, _inputEnd - _inputStart).CopyTo(_input);
        _inputEnd -= _inputStart;
        _inputStart = 0;
        int read = await _stream.ReadAsync(_input.AsMemory(_inputEnd), cancellation).ConfigureAwait(false);
        _inputEnd += read;
        return read > 0;
    }
}
