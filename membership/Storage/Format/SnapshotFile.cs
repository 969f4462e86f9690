using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Records;
using Google.Protobuf;

namespace Cluster.Storage.Format;

/// <summary>
/// A snapshot file, version 1, little-endian.
/// <code>
///  0  8 bytes  "CLSTRSNP"
///  8  u32  version (1)
/// 12  u32  length     of the description
/// 16  u32  check      CRC-32C over bytes 0..15 and the description
/// 20  description     SnapshotHeaderRecord (records.proto)
///     chunks, each of them chunk_bytes of state (the last one: the rest) and
///     u32  check      CRC-32C over the state from its first byte to the end of this chunk
/// </code>
/// The check behind the last chunk is the checksum of the whole state, which the description names; the ones in between tell where
/// damage begins. Nothing follows.
/// </summary>
internal static class SnapshotFile
{
    private const uint Version = 1;
    private const int PrefixBytes = 20;
    private const int ChunkBytes = 1024 * 1024;
    private const int MaxDescriptionBytes = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes between two syncs. A sync of a whole large file at once would hold up the log's syncs on the same disk for as long.
    /// </summary>
    private const int SyncBytes = ChunkBytes;

    private static ReadOnlySpan<byte> Magic => "CLSTRSNP"u8;

    /// <summary>Bytes of the file of a snapshot.</summary>
    public static long SizeOf(SnapshotMeta meta) => PrefixBytes + Describe(meta).CalculateSize() + StateSize(meta.Bytes, ChunkBytes);

    /// <summary>Writes and syncs a whole file.</summary>
    /// <param name="file">An empty file.</param>
    /// <param name="snapshot">What to store.</param>
    /// <param name="mayGoOn">Asked before each chunk.</param>
    /// <param name="rest">Called after each sync but the last with how long it took; null when nothing else uses the disk.</param>
    /// <exception cref="ArgumentException">The state is not what its description says.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="mayGoOn"/> said no.</exception>
    public static void Write(IDurableFile file, Snapshot snapshot, Func<bool> mayGoOn, Action<TimeSpan>? rest)
    {
        byte[] head = Head(snapshot.Meta);
        file.Write(0, head);
        long at = head.Length;
        long unsynced = at;
        uint check = 0;
        ReadOnlySpan<byte> state = snapshot.State.Span;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes + 4);
        try
        {
            for (int from = 0; from < state.Length; from += ChunkBytes)
            {
                if (!mayGoOn())
                {
                    throw new OperationCanceledException("the log is being closed");
                }

                ReadOnlySpan<byte> chunk = state.Slice(from, Math.Min(ChunkBytes, state.Length - from));
                check = Crc32C.Of(chunk, check);
                chunk.CopyTo(buffer);
                BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(chunk.Length), check);
                file.Write(at, buffer.AsSpan(0, chunk.Length + 4));
                at += chunk.Length + 4;
                unsynced += chunk.Length + 4;
                if (unsynced >= SyncBytes)
                {
                    long began = Stopwatch.GetTimestamp();
                    file.Sync();
                    unsynced = 0;
                    rest?.Invoke(Stopwatch.GetElapsedTime(began));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (check != snapshot.Meta.Checksum || state.Length != snapshot.Meta.Bytes)
        {
            throw new ArgumentException(
                $"the state has {state.Length} bytes with check {check:x8}, its description says {snapshot.Meta.Bytes} with "
                    + $"{snapshot.Meta.Checksum:x8}: it was changed after it was handed over, or this machine's memory is bad",
                nameof(snapshot));
        }

        file.Sync();
    }

    /// <summary>Reads and verifies a whole file.</summary>
    /// <param name="source">The file.</param>
    /// <param name="file">Its name for messages.</param>
    /// <exception cref="CorruptLogException">It is not as it was written.</exception>
    public static Snapshot Read(IDurableFile source, string file)
    {
        SnapshotMeta meta = ReadHead(source, file, out long at, out int chunkBytes);
        if (source.Length != at + StateSize(meta.Bytes, chunkBytes))
        {
            throw new CorruptLogException(
                file,
                Math.Min(source.Length, at + StateSize(meta.Bytes, chunkBytes)),
                $"the snapshot file has {source.Length} bytes, and {at + StateSize(meta.Bytes, chunkBytes)} were written");
        }

        byte[] state = GC.AllocateUninitializedArray<byte>((int)meta.Bytes);
        uint check = 0;
        Span<byte> stored = stackalloc byte[4];
        for (int from = 0; from < state.Length; from += chunkBytes)
        {
            Span<byte> chunk = state.AsSpan(from, Math.Min(chunkBytes, state.Length - from));
            bool whole = source.Read(at, chunk) == chunk.Length && source.Read(at + chunk.Length, stored) == 4;
            check = Crc32C.Of(chunk, check);
            if (!whole || check != BinaryPrimitives.ReadUInt32LittleEndian(stored))
            {
                throw new CorruptLogException(
                    file, at, $"bytes {from} to {from + chunk.Length - 1} of the snapshot's state fail their check");
            }

            at += chunk.Length + 4;
        }

        return check == meta.Checksum
            ? new Snapshot(meta, state)
            : throw new CorruptLogException(file, 0, "the snapshot's state is not the one that its head describes");
    }

    /// <summary>Reads and verifies the head only.</summary>
    /// <exception cref="CorruptLogException">It is not as it was written.</exception>
    public static SnapshotMeta ReadHead(IDurableFile source, string file, out long stateAt, out int chunkBytes)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        if (source.Read(0, prefix) < PrefixBytes || !prefix.StartsWith(Magic))
        {
            throw new CorruptLogException(file, 0, "the snapshot's head is missing");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);
        if (version != Version)
        {
            throw CorruptLogException.UnknownVersion(file, version, $"version {Version}");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(prefix[12..]);
        byte[] description = new byte[(int)Math.Min(length, MaxDescriptionBytes)];
        if (source.Read(PrefixBytes, description) < length
            || Crc32C.Of(description, Crc32C.Of(prefix[..16])) != BinaryPrimitives.ReadUInt32LittleEndian(prefix[16..]))
        {
            throw new CorruptLogException(file, 0, "the snapshot's head fails its check");
        }

        try
        {
            SnapshotHeaderRecord record = SnapshotHeaderRecord.Parser.ParseFrom(description);
            if (record.ChunkBytes is 0 or > int.MaxValue || record.Bytes > (ulong)Array.MaxLength)
            {
                throw new CorruptLogException(file, PrefixBytes, "the snapshot's head makes no sense");
            }

            stateAt = PrefixBytes + length;
            chunkBytes = (int)record.ChunkBytes;
            return new SnapshotMeta(
                new LogIndex(record.Index),
                new Term(record.Term),
                ConfigurationBytes.Read(record.Configuration),
                (long)record.Bytes,
                record.Checksum);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException)
        {
            throw new CorruptLogException(file, PrefixBytes, $"the snapshot's head can't be decoded ({e.Message})");
        }
    }

    private static byte[] Head(SnapshotMeta meta)
    {
        SnapshotHeaderRecord record = Describe(meta);
        int length = record.CalculateSize();
        byte[] head = new byte[PrefixBytes + length];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), length);
        record.WriteTo(head.AsSpan(PrefixBytes));
        uint check = Crc32C.Of(head.AsSpan(PrefixBytes), Crc32C.Of(head.AsSpan(0, 16)));
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(16), check);
        return head;
    }

    private static SnapshotHeaderRecord Describe(SnapshotMeta meta) => new()
    {
        Index = meta.Index.Value,
        Term = meta.Term.Value,
        Configuration = ConfigurationBytes.Of(meta.Configuration),
        Bytes = (ulong)meta.Bytes,
        Checksum = meta.Checksum,
        ChunkBytes = ChunkBytes,
    };

    private static long StateSize(long bytes, int chunkBytes) => bytes + (4 * ((bytes + chunkBytes - 1) / chunkBytes));
}
