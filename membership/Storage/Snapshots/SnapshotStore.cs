using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>
/// The snapshot files beside a log. A snapshot is written under a name without meaning, synced, renamed, the folder synced: only then
/// does <see cref="Save"/> return, and only then may a <c>UseSnapshot</c> be written to the log. A file that the log does not
/// reference means nothing; the next open removes it.
/// <para>
/// Safe for use from any thread beside the thread of the log; saves are carried out one at a time, on the caller's thread, which
/// should not be the log's. Obtained from <see cref="WriteAheadLog.Snapshots"/>; usable until the log is closed.
/// </para>
/// </summary>
public sealed class SnapshotStore
{
    private static readonly TimeSpan s_longestRest = TimeSpan.FromMilliseconds(100);
    private readonly IStorageDevice _device;
    private readonly Lock _saving = new();
    private readonly Lock _gate = new();
    private SnapshotReference? _reference;
    private readonly Action<TimeSpan>? _rest;
    private volatile bool _closed;

    /// <param name="device">Where the files are.</param>
    /// <param name="givesWay">True when a save rests as long as it kept the disk, so that the log gets at least half of it.</param>
    internal SnapshotStore(IStorageDevice device, bool givesWay)
    {
        _device = device;
        _rest = givesWay ? Rest : null;
    }

    /// <summary>
    /// Stores a snapshot durably. One of the same index and term that is there already and not referenced is replaced.
    /// </summary>
    /// <exception cref="ArgumentException">The state is not what its description says.</exception>
    /// <exception cref="SnapshotNotSavedException">It could not be written (no space, most likely), or the log stands on a later one
    /// already: given up, nothing is left of it, the log goes on.</exception>
    /// <exception cref="LogFailedException">The folder could not be synced; the process must stop.</exception>
    /// <exception cref="ObjectDisposedException">The log is closed.</exception>
    public void Save(Snapshot snapshot)
    {
        lock (_saving)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            SnapshotMeta meta = snapshot.Meta;
            string name = SnapshotName.Of(meta.Index, meta.Term);
            if (IsThere(snapshot))
            {
                return;
            }

            Write(snapshot, name);
            try
            {
                _device.SyncDirectory();
            }
            catch (IOException e)
            {
                throw new LogFailedException("syncing the folder after saving " + _device.Describe(name), e);
            }
        }
    }

    /// <summary>Reads and verifies a snapshot.</summary>
    /// <exception cref="CorruptLogException">The file is missing or not as it was written.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public Snapshot Load(LogIndex index, Term term)
    {
        string name = SnapshotName.Of(index, term);
        string path = _device.Describe(name);
        if (!_device.List().Contains(name))
        {
            throw new CorruptLogException(path, 0, "the snapshot file is missing");
        }

        using IDurableFile file = _device.Open(name);
        Snapshot snapshot = SnapshotFile.Read(file, path);
        return snapshot.Meta.Index == index && snapshot.Meta.Term == term
            ? snapshot
            : throw new CorruptLogException(path, 0, $"the file holds another snapshot (entry {snapshot.Meta.Index.Value}, term {snapshot.Meta.Term.Value})");
    }

    /// <summary>The snapshot files, oldest first. None is verified.</summary>
    /// <exception cref="IOException">The folder can't be read.</exception>
    public IReadOnlyList<SnapshotFileInfo> List()
    {
        SnapshotReference? reference = Reference;
        var found = new List<SnapshotFileInfo>();
        foreach (string name in SnapshotName.Among(_device.List()))
        {
            if (!SnapshotName.TryParse(name, out LogIndex index, out Term term))
            {
                continue;
            }

            try
            {
                using IDurableFile file = _device.Open(name);
                found.Add(new SnapshotFileInfo(index, term, _device.Describe(name), file.Length, name == reference?.FileName));
            }
            catch (FileNotFoundException)
            {
                // Superseded and deleted meanwhile.
            }
        }

        return found;
    }

    /// <summary>True when the file of a snapshot is there.</summary>
    internal bool Has(SnapshotMeta meta) => _device.List().Contains(SnapshotName.Of(meta.Index, meta.Term));

    /// <summary>The snapshot on which the log stands, once that is on disk.</summary>
    internal SnapshotReference? Reference
    {
        get
        {
            lock (_gate)
            {
                return _reference;
            }
        }

        set
        {
            lock (_gate)
            {
                _reference = value;
            }
        }
    }

    /// <summary>Loads what the log references, and makes sure that it is that.</summary>
    /// <exception cref="CorruptLogException">It is not.</exception>
    internal Snapshot Load(SnapshotReference reference)
    {
        Snapshot snapshot = Load(reference.Index, reference.Term);
        return reference.Means(snapshot.Meta)
            ? snapshot
            : throw new CorruptLogException(
                _device.Describe(reference.FileName), 0, "this is not the snapshot that the log references: its checks differ");
    }

    /// <summary>
    /// Removes what a crash left: every file but the referenced one. For open only, when nobody saves; the folder is not synced.
    /// </summary>
    internal void RemoveLeftovers()
    {
        IReadOnlyList<string> names = _device.List();
        foreach (string name in SnapshotName.Among(names).Where(name => name != Reference?.FileName))
        {
            _device.Delete(name);
        }

        if (names.Contains(SnapshotName.Next))
        {
            _device.Delete(SnapshotName.Next);
        }
    }

    /// <summary>Removes the files that the referenced snapshot supersedes; the folder is not synced.</summary>
    /// <returns>How many.</returns>
    internal int RemoveSuperseded()
    {
        if (Reference is not { } reference)
        {
            return 0;
        }

        int removed = 0;
        foreach (string name in SnapshotName.Among(_device.List()))
        {
            // A later one may be waiting for its reference to be written.
            if (SnapshotName.TryParse(name, out LogIndex index, out _) && index < reference.Index)
            {
                _device.Delete(name);
                removed++;
            }
        }

        return removed;
    }

    /// <summary>Breaks off a save in hand, waits for its end, and takes no more.</summary>
    internal void Close()
    {
        _closed = true;
        lock (_saving)
        {
        }
    }

    private bool IsThere(Snapshot snapshot)
    {
        if (Reference is not { } reference || snapshot.Meta.Index > reference.Index)
        {
            return false;
        }

        // Of use only when it was overtaken by one that the leader sent.
        return reference.Means(snapshot.Meta)
            ? true
            : throw new SnapshotNotSavedException(
                NameOf(snapshot), new IOException($"the log stands on the one through entry {reference.Index.Value} already"));
    }

    private void Write(Snapshot snapshot, string name)
    {
        try
        {
            IReadOnlyList<string> names = _device.List();
            if (names.Contains(SnapshotName.Next))
            {
                _device.Delete(SnapshotName.Next);
            }

            using (IDurableFile file = _device.Create(SnapshotName.Next))
            {
                SnapshotFile.Write(file, snapshot, () => !_closed, _rest);
            }

            if (names.Contains(name))
            {
                // Not referenced, so that nothing depends on it: rename(2) could replace it, but the devices have no need to.
                _device.Delete(name);
            }

            _device.Rename(SnapshotName.Next, name);
        }
        catch (ArgumentException)
        {
            RemoveUnfinished();
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            RemoveUnfinished();
            Exception cause = e is DiskFullException
                ? new DiskFullException(_device.Describe(string.Empty), "a snapshot", SnapshotFile.SizeOf(snapshot.Meta))
                : e;
            throw new SnapshotNotSavedException(NameOf(snapshot), cause);
        }
    }

    private static void Rest(TimeSpan syncTook) => Thread.Sleep(syncTook < s_longestRest ? syncTook : s_longestRest);

    private static string NameOf(Snapshot snapshot) => $"the snapshot of everything through entry {snapshot.Meta.Index.Value}";

    private void RemoveUnfinished()
    {
        try
        {
            if (_device.List().Contains(SnapshotName.Next))
            {
                _device.Delete(SnapshotName.Next);
            }
        }
        catch (IOException)
        {
            // The next save, or the next open, removes it.
        }
    }
}
