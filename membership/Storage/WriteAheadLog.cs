using System.Buffers.Binary;
using System.Security.Cryptography;
using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>
/// The write-ahead log of a voter: term, vote, entries and truncations, in the order in which the consensus core made them
/// (Raft figure 2, "persistent state"). For one thread: it drains its queue, calls <see cref="Write"/> once and <see
/// cref="Sync"/> once, and
/// reports the greatest ticket as persisted. Nothing is durable before <see cref="Sync"/> has returned.
/// <para>
/// What a restart finds is what was written, up to some point at or after the last returned sync; never less, never anything
/// else:
/// if that can't be had, <see cref="Open(WriteAheadLogOptions, out RecoveredLog)"/> refuses. The limits of what can be seen are
/// stated at
/// the torn-tail rule in the sources (Format/TornTail.cs).
/// </para>
/// </summary>
public sealed class WriteAheadLog : IDisposable
{
    private readonly IStorageDevice _device;
    private readonly SegmentWriter _writer;
    private HardState _hardState;
    private ulong _lastIndex;
    private LogFailedException? _failure;
    private bool _disposed;
    private long _bytesWritten;
    private long _syncs;
    private ulong _segments;

    private WriteAheadLog(IStorageDevice device, SegmentWriter writer, LogReplay replay)
    {
        _device = device;
        _writer = writer;
        _hardState = replay.Recovered.HardState;
        _lastIndex = replay.LastIndex;
        _segments = writer.Segment;
    }

    /// <summary>Bytes of records handed to the operating system since open. May be read from any thread.</summary>
    public long BytesWritten => Volatile.Read(ref _bytesWritten);

    /// <summary>Syncs that the caller asked for and got since open. May be read from any thread.</summary>
    public long Syncs => Volatile.Read(ref _syncs);

    /// <summary>Segments of the log. May be read from any thread.</summary>
    public ulong Segments => Volatile.Read(ref _segments);

    /// <summary>Opens the log in a folder, or makes an empty one; all that is recovered is on disk when this returns.</summary>
    /// <param name="options">Where.</param>
    /// <param name="recovered">What the log says; all of it is durable.</param>
    /// <exception cref="LogInUseException">Another log has the folder open.</exception>
    /// <exception cref="CorruptLogException">The log is damaged in a way that no crash explains.</exception>
    /// <exception cref="LogFailedException">Making the recovered state durable failed.</exception>
    /// <exception cref="IOException">The folder can't be made or read.</exception>
    public static WriteAheadLog Open(WriteAheadLogOptions options, out RecoveredLog recovered)
    {
        options.Validate();
        return Open(options, DirectoryDevice.Acquire(options.Directory), out recovered);
    }

    /// <summary>Opens the log on a device, which it then owns.</summary>
    internal static WriteAheadLog Open(WriteAheadLogOptions options, IStorageDevice device, out RecoveredLog recovered)
    {
        IDurableFile? file = null;
        try
        {
            // A name that was made or changed before a crash may be seen now and gone after the next one.
            device.SyncDirectory();
            device.Delete(SegmentName.Next);
            List<string> segments = SegmentName.Among(device.List());
            if (segments.Count == 0)
            {
                MakeFirstSegment(options, device);
                segments = [SegmentName.Of(1)];
            }

            var replay = new LogReplay(device);
            replay.Run(segments);
            file = device.Open(segments[^1]);
            Settle(file, replay);
            recovered = replay.Recovered;
            return new WriteAheadLog(device, new SegmentWriter(device, options, file, replay), replay);
        }
        catch
        {
            file?.Dispose();
            device.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Hands a batch to the operating system, in one write unless it spans segments. Durable only after <see cref="Sync"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The batch does not fit the log: nothing of it was written, the log stays
    /// usable.</exception>
    /// <exception cref="LogFailedException">This or an earlier operation failed; the process must stop.</exception>
    public void Write(IReadOnlyList<LogWrite> batch)
    {
        ThrowIfUnusable();
        Check(batch);
        Attempt("a write", () =>
        {
            foreach (LogWrite write in batch)
            {
                Add(write);
            }

            _writer.Flush();
            Volatile.Write(ref _bytesWritten, _writer.BytesWritten);
            Volatile.Write(ref _segments, _writer.Segment);
        });
    }

    /// <summary>Returns when everything written before is on disk (fdatasync(2)).</summary>
    /// <exception cref="LogFailedException">This or an earlier operation failed; the process must stop.</exception>
    public void Sync()
    {
        ThrowIfUnusable();
        Attempt("a sync", _writer.Sync);
        Volatile.Write(ref _syncs, _syncs + 1);
    }

    /// <summary>
    /// Closes the log and frees the folder. What was not synced stays so. When all was, a mark is written that lets the next open
    /// tell any damage at the end from a torn write.
    /// </summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            if (_failure is null && _writer.IsSynced && !_writer.EndIsProven && _writer.Fits(0))
            {
                _writer.Add(new RecordHeader { Type = RecordType.Mark }, [], _hardState, _lastIndex + 1);
                _writer.Flush();
                _writer.Sync();
            }
        }
        catch (IOException)
        {
            // The mark only sharpens what can be told about what is on disk already; nobody waits for it.
        }
        finally
        {
            _writer.Dispose();
            _device.Dispose();
        }
    }

    private static void MakeFirstSegment(WriteAheadLogOptions options, IStorageDevice device)
    {
        Span<byte> random = stackalloc byte[8];
        RandomNumberGenerator.Fill(random);
        using var preparer = new SegmentPreparer(device, options.PrepareTimeout);
        using IDurableFile file = preparer.Take(options.SegmentBytes);
        SegmentWriter.Name(device, file, new SegmentHeader
        {
            Previous = 0,
            Salt = options.Salt ?? BinaryPrimitives.ReadUInt64LittleEndian(random),
            Number = 1,
            FirstSequence = 1,
            NextIndex = 1,
            SegmentBytes = options.SegmentBytes,
            HardState = default,
        });
    }

    /// <summary>
    /// Makes the end of the last segment what replay read. Unproven records are written again, because a failed sync of an
    /// earlier life
    /// may have left them in memory only, marked clean; a torn end becomes zeros before anything is written over it, so that no
    /// remainder of it can ever follow a new record.
    /// </summary>
    private static void Settle(IDurableFile file, LogReplay replay)
    {
        try
        {
            byte[] image = replay.Image;
            int unproven = replay.UnprovenFrom;
            file.Write(unproven, image.AsSpan(unproven, replay.End - unproven));
            int lastNonZero = image.AsSpan().LastIndexOfAnyExcept((byte)0);
            SegmentPreparer.Zero(file, replay.End, lastNonZero + 1);
            SegmentPreparer.Zero(file, Math.Max(file.Length, replay.End), image.Length);
            file.Sync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LogFailedException("writing the end of the log anew at start", e);
        }
    }

    private void Add(LogWrite write)
    {
        ulong next = _lastIndex + 1;
        switch (write.Kind)
        {
            case LogWriteKind.SaveHardState:
                Span<byte> vote = stackalloc byte[4];
                BinaryPrimitives.WriteUInt32LittleEndian(vote, write.HardState.VotedFor.Value);
                var header = new RecordHeader { Type = RecordType.HardState, Term = write.HardState.Term.Value };
                _writer.Add(header, vote, _hardState, next);
                _hardState = write.HardState;
                break;
            case LogWriteKind.Truncate:
                var cut = new RecordHeader { Type = RecordType.Truncate, Index = write.From.Value };
                _writer.Add(cut, [], _hardState, next);
                _lastIndex = write.From.Value - 1;
                break;
            case LogWriteKind.Append:
                foreach (LogEntry entry in write.Entries)
                {
                    var record = new RecordHeader
                    {
                        Type = RecordType.Entry,
                        Kind = (byte)entry.Kind,
                        Term = entry.Term.Value,
                        Index = entry.Index.Value,
                    };
                    _writer.Add(record, entry.Payload.Span, _hardState, _lastIndex + 1);
                    _lastIndex = entry.Index.Value;
                }

                break;
        }
    }

    /// <summary>Refuses a batch before any of it is written: what can't be replayed must not get on disk.</summary>
    private void Check(IReadOnlyList<LogWrite> batch)
    {
        ulong last = _lastIndex;
        foreach (LogWrite write in batch)
        {
            switch (write.Kind)
            {
                case LogWriteKind.SaveHardState:
                    break;
                case LogWriteKind.Truncate when write.From.Value >= 1 && write.From.Value <= last + 1:
                    last = write.From.Value - 1;
                    break;
                case LogWriteKind.Append:
                    foreach (LogEntry entry in write.Entries)
                    {
                        if (entry.Index.Value != last + 1)
                        {
                            throw Refusal($"entry {entry.Index} was to be appended, but the log ends at {last}");
                        }

                        if (entry.Payload.Length > WriteAheadLogOptions.MaxPayloadBytes)
                        {
                            throw Refusal($"entry {entry.Index} has {entry.Payload.Length} bytes; at most "
                                + $"{WriteAheadLogOptions.MaxPayloadBytes} can be stored");
                        }

                        last++;
                    }

                    break;
                default:
                    throw Refusal($"{write.Kind} (from {write.From}) was to be written, but the log ends at {last}");
            }
        }
    }

    private static ArgumentException Refusal(string finding) => new(finding + "; nothing of the batch was written");

    private void Attempt(string operation, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            // Any exception, not only of the disk: half a batch may have been encoded or written.
            _failure = new LogFailedException(operation, e);
            throw _failure;
        }
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is not null)
        {
            throw new LogFailedException("an earlier operation", _failure.InnerException!);
        }
    }
}
