namespace Cluster.Storage.Devices;

/// <summary>
/// A file whose contents survive once <see cref="Sync"/> returned. All failures are <see cref="IOException"/>s.
/// </summary>
internal interface IDurableFile : IDisposable
{
    /// <summary>Bytes in the file.</summary>
    long Length { get; }

    /// <summary>Reads as many bytes as there are, at most the span.</summary>
    int Read(long offset, Span<byte> target);

    /// <summary>Writes all bytes; durable only after <see cref="Sync"/>.</summary>
    void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>Returns when all that was written, and the length, is on disk.</summary>
    void Sync();
}
