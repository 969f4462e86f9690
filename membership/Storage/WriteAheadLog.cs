using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Format;
using Google.Protobuf;

namespace Cluster.Storage;

/// <summary>
/// The write-ahead log of a voter: term, vote, entries, truncations and references to snapshots, in the order in which the consensus
/// core made them (Raft figure 2, "persistent state"; §7). For one thread: it drains its queue, calls <see cref="Write"/> once and
/// <see cref="Sync"/> once, and reports the greatest ticket as persisted. Nothing is durable before <see cref="Sync"/> has returned.
/// <para>
/// What a restart finds is what was written, up to some point at or after the last returned sync; never less, never anything
/// else: if that can't be had, <see cref="Open(WriteAheadLogOptions, out RecoveredLog)"/> refuses. The limits of what can be seen are
/// stated at the torn-tail rule in the sources (Format/TornTail.cs).
/// </para>
/// </summary>
public sealed partial class WriteAheadLog : IDisposable
{
    private readonly IStorageDevice _device;
    private readonly SegmentWriter _writer;
    private readonly Collector _collector;
    private readonly LogState _state;
    private LogFailedException? _failure;
    private bool _disposed;
    private long _bytesWritten;
    private long _syncs;
    private ulong _segment;
    private Exception? _trouble;

    private WriteAheadLog(IStorageDevice device, SegmentWriter writer, SnapshotStore snapshots, Collector collector, LogState state)
    {
        _device = device;
        _writer = writer;
        Snapshots = snapshots;
        _collector = collector;
        _state = state;
        _segment = writer.Segment;
    }

    /// <summary>
    /// The snapshot files beside this log. Safe for use from any thread; better not from the log's, because saving takes long.
    /// </summary>
    public SnapshotStore Snapshots { get; }

    /// <summary>Bytes of records handed to the operating system since open. May be read from any thread.</summary>
    public long BytesWritten => Volatile.Read(ref _bytesWritten);

    /// <summary>Syncs that the caller asked for and got since open. May be read from any thread.</summary>
    public long Syncs => Volatile.Read(ref _syncs);

    /// <summary>Segments of the log in the folder. May be read from any thread.</summary>
    public ulong Segments => Volatile.Read(ref _segment) + 1 - _collector.Oldest;

    /// <summary>
    /// What does not stop the log yet and wants an operator: the next segment could not be made ready ahead of time (a full disk,
    /// most likely: the log stops when the current segment is full), or superseded files could not be deleted. Null when all is
    /// well. May be read from any thread.
    /// </summary>
    public Exception? Trouble => Volatile.Read(ref _trouble) ?? _collector.Failure;

    /// <summary>
    /// Hands a batch to the operating system, in one write unless it spans segments. Durable only after <see cref="Sync"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The batch does not fit the log, or uses a snapshot that is not saved: nothing of it was
    /// written, the log stays usable.</exception>
    /// <exception cref="LogFailedException">This or an earlier operation failed; the process must stop.</exception>
    public void Write(IReadOnlyList<LogWrite> batch)
    {
        ThrowIfUnusable();
        Check(batch);
        try
        {
            for (int i = 0; i < batch.Count; i++)
            {
                Add(batch[i]);
            }

            _writer.Flush();
        }
        catch (Exception e)
        {
            throw Failed("a write", e);
        }

        Volatile.Write(ref _bytesWritten, _writer.BytesWritten);
        Volatile.Write(ref _segment, _writer.Segment);
        Volatile.Write(ref _trouble, _writer.PreparationFailure);
    }

    /// <summary>Returns when everything written before is on disk (fdatasync(2)).</summary>
    /// <exception cref="LogFailedException">This or an earlier operation failed; the process must stop.</exception>
    public void Sync()
    {
        ThrowIfUnusable();
        try
        {
            _writer.Sync();
        }
        catch (Exception e)
        {
            throw Failed("a sync", e);
        }

        Volatile.Write(ref _syncs, _syncs + 1);
        if (_state.Snapshot is { } snapshot && snapshot != Snapshots.Reference)
        {
            // Not one moment earlier: until now a crash could have brought the reference before this one back.
            Snapshots.Reference = snapshot;
            _collector.Begin(_state.OldestNeeded(_writer.Segment));
        }
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
                _writer.Add(new RecordHeader { Type = RecordType.Mark }, [], _state);
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
            Snapshots.Close();
            _collector.Dispose();
            _writer.Dispose();
            _device.Dispose();
        }
    }

    private void Add(in LogWrite write)
    {
        bool fits = true;
        switch (write.Kind)
        {
            case LogWriteKind.SaveHardState:
                Span<byte> payload = stackalloc byte[HardStateBytes.MaxBytes];
                int length = HardStateBytes.Write(write.HardState, payload);
                var header = new RecordHeader { Type = RecordType.HardState, Term = write.HardState.Term.Value };
                _writer.Add(header, payload[..length], _state);
                _state.HardState = write.HardState;
                break;
            case LogWriteKind.Truncate:
                _writer.Add(new RecordHeader { Type = RecordType.Truncate, Index = write.From.Value }, [], _state);
                fits = _state.TryTruncate(write.From.Value);
                break;
            case LogWriteKind.Append:
                foreach (ref readonly LogEntry entry in write.Entries.Span)
                {
                    var record = new RecordHeader
                    {
                        Type = RecordType.Entry,
                        Kind = (byte)entry.Kind,
                        Term = entry.Term.Value,
                        Index = entry.Index.Value,
                    };
                    _writer.Add(record, entry.Payload.Span, _state);
                    fits &= _state.TryAppend(entry.Index.Value, _writer.Segment);
                }

                break;
            case LogWriteKind.UseSnapshot:
                var keepFrom = new LogIndex(Math.Max(write.From.Value, _state.Bounds.KeepFrom));
                var reference = SnapshotReference.To(write.Snapshot!, keepFrom, write.ReplacesLog);
                var use = new RecordHeader
                {
                    Type = RecordType.UseSnapshot,
                    Term = reference.Term.Value,
                    Index = reference.Index.Value,
                };
                _writer.Add(use, reference.ToRecord().ToByteArray(), _state);
                fits = _state.TryUse(reference);
                break;
        }

        Invariant.Check(fits, "what was checked can be added");
    }

    private LogFailedException Failed(string operation, Exception cause) =>
        // Any exception, not only of the disk: half a batch may have been encoded or written.
        _failure = new LogFailedException(operation, cause);

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is not null)
        {
            throw new LogFailedException("an earlier operation", _failure.InnerException!);
        }
    }
}
