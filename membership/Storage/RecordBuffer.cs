namespace Cluster.Storage;

/// <summary>A growing buffer that is used again for every batch.</summary>
internal sealed class RecordBuffer
{
    private const int KeptBytes = 4 * 1024 * 1024;

    private byte[] _bytes = new byte[64 * 1024];

    /// <summary>Bytes in use.</summary>
    public int Length { get; private set; }

    /// <summary>What is in use.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Adds room for <paramref name="count"/> bytes.</summary>
    public Span<byte> Add(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)Length + count)));
        }

        Span<byte> room = _bytes.AsSpan(Length, count);
        Length += count;
        return room;
    }

    /// <summary>Empties the buffer; lets an unusually large one go.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > KeptBytes)
        {
            _bytes = new byte[64 * 1024];
        }
    }
}
