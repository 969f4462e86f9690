using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Cluster.Tests.DevCluster.Counters;

/// <summary>
/// A counter on the shared disk: a file of 32-byte records, one an increment; its value is the number of records. An increment reads the length and
/// writes the record behind the last, so two increments at the same time overwrite each other: only an exclusive lock keeps it exact. The
/// "device" refuses a token that is not greater than the last one written, as storage that checks fencing tokens would.
/// </summary>
public sealed class SharedCounter(string path) : IDisposable
{
    private const int RecordBytes = 32;

    private readonly SafeFileHandle _file = File.OpenHandle(
        path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>The number of increments.</summary>
    public long Value => RandomAccess.GetLength(_file) / RecordBytes;

    /// <summary>The record of increment <paramref name="value"/>, counted from 1.</summary>
    public CounterRecord Read(long value)
    {
        Span<byte> record = stackalloc byte[RecordBytes];
        int read = RandomAccess.Read(_file, record, (value - 1) * RecordBytes);
        return read == RecordBytes
            ? new CounterRecord(
                BinaryPrimitives.ReadInt64LittleEndian(record),
                BinaryPrimitives.ReadUInt64LittleEndian(record[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(record[16..]))
            : default;
    }

    /// <summary>Adds one; the caller holds the exclusive lock whose token it shows.</summary>
    /// <param name="token">The lock's fencing token.</param>
    /// <param name="writer">The writing process.</param>
    /// <param name="intent">Called with the new value just before the write, which is a single one: it happens or it does not.</param>
    /// <exception cref="TokenRefusedException">The token is not greater than the last one.</exception>
    public long Increment(ulong token, ulong writer, Action<long> intent)
    {
        long value = Value;
        if (value > 0 && Read(value) is var last && last.Token >= token)
        {
            throw new TokenRefusedException(token, last.Token);
        }

        value++;
        intent(value);
        Span<byte> record = stackalloc byte[RecordBytes];
        record.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(record, value);
        BinaryPrimitives.WriteUInt64LittleEndian(record[8..], token);
        BinaryPrimitives.WriteUInt64LittleEndian(record[16..], writer);
        RandomAccess.Write(_file, record, (value - 1) * RecordBytes);
        return value;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}

/// <summary>One increment as the disk holds it.</summary>
public readonly record struct CounterRecord(long Value, ulong Token, ulong Writer);

/// <summary>The shared disk refused a write under an old fencing token.</summary>
public sealed class TokenRefusedException(ulong token, ulong last)
    : Exception($"a write with fencing token {token} was refused: the last one was {last}");
