using Cluster.Consensus;

namespace Cluster.Storage;

/// <summary>Refuses a batch before any of it is written: what can't be replayed must not get on disk.</summary>
public sealed partial class WriteAheadLog
{
    private void Check(IReadOnlyList<LogWrite> batch)
    {
        LogBounds bounds = _state.Bounds;
        for (int i = 0; i < batch.Count; i++)
        {
            LogWrite write = batch[i];
            string? finding = write.Kind switch
            {
                LogWriteKind.SaveHardState => null,
                LogWriteKind.Append => CheckAppend(write, ref bounds),
                LogWriteKind.Truncate => bounds.TryTruncate(write.From.Value)
                    ? null
                    : $"the entries from {write.From.Value} on were to be forgotten, but the log ends at {bounds.Last} and stands on a snapshot "
                        + $"of everything through {bounds.SnapshotIndex}",
                LogWriteKind.UseSnapshot => CheckUse(write, ref bounds),
                _ => $"a write of unknown kind {write.Kind}",
            };
            if (finding is not null)
            {
                throw new ArgumentException(finding + "; nothing of the batch was written", nameof(batch));
            }
        }
    }

    private static string? CheckAppend(in LogWrite write, ref LogBounds bounds)
    {
        foreach (ref readonly LogEntry entry in write.Entries.Span)
        {
            if (entry.Payload.Length > WriteAheadLogOptions.MaxPayloadBytes)
            {
                return $"entry {entry.Index.Value} has {entry.Payload.Length} bytes; at most {WriteAheadLogOptions.MaxPayloadBytes} can be stored";
            }

            if (!bounds.TryAppend(entry.Index.Value))
            {
                return $"entry {entry.Index.Value} was to be appended, but the log ends at {bounds.Last}";
            }
        }

        return null;
    }

    private string? CheckUse(in LogWrite write, ref LogBounds bounds)
    {
        if (write.Snapshot is not { } snapshot)
        {
            return "a snapshot was to be used, but none was named";
        }

        if (!bounds.TryUse(snapshot.Index.Value, write.From.Value, write.ReplacesLog))
        {
            return $"the snapshot of everything through {snapshot.Index.Value} was to be used and entries from {write.From.Value} on to be kept, but "
                + $"the log goes from {bounds.KeepFrom} to {bounds.Last} and stands on a snapshot of everything through {bounds.SnapshotIndex}";
        }

        return Snapshots.Has(snapshot)
            ? null
            : $"the snapshot of everything through {snapshot.Index.Value} was to be used, but it is not saved: save it first";
    }
}
