using Cluster.Consensus;
using Cluster.Storage.Records;

namespace Cluster.Storage.Format;

/// <summary>
/// What the log says of the snapshot on which it stands. The file itself holds the rest; the checks tie it to this reference.
/// </summary>
internal sealed record SnapshotReference(
    LogIndex Index, Term Term, long Bytes, uint Checksum, uint ConfigurationChecksum, LogIndex KeepFrom, bool ReplacesLog)
{
    /// <summary>The file.</summary>
    public string FileName => SnapshotName.Of(Index, Term);

    /// <summary>A reference to <paramref name="meta"/>.</summary>
    public static SnapshotReference To(SnapshotMeta meta, LogIndex keepFrom, bool replacesLog) => new(
        meta.Index, meta.Term, meta.Bytes, meta.Checksum, ConfigurationBytes.CheckOf(meta.Configuration), keepFrom, replacesLog);

    /// <summary>True when <paramref name="meta"/> is what is meant.</summary>
    public bool Means(SnapshotMeta meta) => To(meta, KeepFrom, ReplacesLog) == this;

    /// <summary>As a record's payload or a part of a segment header.</summary>
    public SnapshotReferenceRecord ToRecord() => new()
    {
        Index = Index.Value,
        Term = Term.Value,
        Bytes = (ulong)Bytes,
        Checksum = Checksum,
        ConfigurationChecksum = ConfigurationChecksum,
        KeepFrom = KeepFrom.Value,
        ReplacesLog = ReplacesLog,
    };

    /// <summary>The reverse of <see cref="ToRecord"/>.</summary>
    public static SnapshotReference From(SnapshotReferenceRecord record) => new(
        new LogIndex(record.Index),
        new Term(record.Term),
        (long)record.Bytes,
        record.Checksum,
        record.ConfigurationChecksum,
        new LogIndex(record.KeepFrom),
        record.ReplacesLog);
}
