using Cluster.Simulation.Worlds;
using Cluster.Storage;
using Cluster.Storage.Devices;

namespace Cluster.Simulation.Disks;

/// <summary>
/// The data folder of one machine, which outlives its processes. Power cuts lose what was not synced, names included; faults fail what a process
/// asks for.
/// </summary>
internal sealed class SimulatedFolder(RandomStream random, DiskMutations mutations)
{
    private readonly List<SortedDictionary<string, SimulatedFile>> _unsyncedNames = [];
    private SortedDictionary<string, SimulatedFile> _names = new(StringComparer.Ordinal);
    private SortedDictionary<string, SimulatedFile> _syncedNames = new(StringComparer.Ordinal);

    /// <summary>So many bytes may be added to files before the disk is full; null for no limit.</summary>
    public long? FreeBytes { get; set; }

    /// <summary>The disk is full for overwriting too, as on a file system that copies on write.</summary>
    public bool IsFullForOverwriting { get; set; }

    /// <summary>How likely a read fails.</summary>
    public double ReadErrors { get; set; }

    /// <summary>The next sync of a file fails.</summary>
    public bool FailsNextSync { get; set; }

    /// <summary>After so many bytes the next write ends, and with it the process.</summary>
    public int? CutsNextWriteAfter { get; set; }

    /// <summary>True while something on disk differs from what was written there.</summary>
    public bool IsDamaged
    {
        get
        {
            foreach (SimulatedFile file in _names.Values)
            {
                if (file.IsDamaged)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The files, in order of their names.</summary>
    public IEnumerable<SimulatedFile> Files => _names.Values;

    /// <summary>The folder for one process.</summary>
    public IStorageDevice Open() => new Device(this);

    /// <summary>The machine loses power.</summary>
    public void PowerCut(double garble)
    {
        int kept = random.Below(_unsyncedNames.Count + 1);
        _names = Copy(kept == 0 ? _syncedNames : _unsyncedNames[kept - 1]);
        _syncedNames = Copy(_names);
        _unsyncedNames.Clear();
        foreach (SimulatedFile file in _names.Values)
        {
            file.PowerCut(random, garble);
        }
    }

    /// <summary>Everything is gone, as on a new disk.</summary>
    public void Wipe()
    {
        _names.Clear();
        _syncedNames.Clear();
        _unsyncedNames.Clear();
    }

    /// <summary>An exact copy takes the place of what is damaged.</summary>
    public void Repair()
    {
        foreach (SimulatedFile file in _names.Values)
        {
            if (file.IsDamaged)
            {
                file.Repair();
            }
        }
    }

    private static SortedDictionary<string, SimulatedFile> Copy(SortedDictionary<string, SimulatedFile> names) =>
        new(names, StringComparer.Ordinal);

    private void Change(Action<SortedDictionary<string, SimulatedFile>> change)
    {
        change(_names);
        _unsyncedNames.Add(Copy(_names));
    }

    private sealed class Device(SimulatedFolder folder) : IStorageDevice
    {
        public string Describe(string name) => name;

        public IReadOnlyList<string> List() => [.. folder._names.Keys];

        public IDurableFile Create(string name)
        {
            if (folder.FreeBytes is <= 0)
            {
                throw new DiskFullException("", "a new file", 0);
            }

            SimulatedFile made = new();
            folder.Change(names => names.Add(name, made));
            return new OpenFile(folder, made);
        }

        public IDurableFile Open(string name) =>
            folder._names.TryGetValue(name, out SimulatedFile? file)
                ? new OpenFile(folder, file)
                : throw new FileNotFoundException($"there is no {name}");

        public void Rename(string from, string to) => folder.Change(names =>
        {
            names.Add(to, names[from]);
            names.Remove(from);
        });

        public void Delete(string name)
        {
            if (folder._names.TryGetValue(name, out SimulatedFile? file))
            {
                folder.FreeBytes += file.Length;
                folder.Change(names => names.Remove(name));
            }
        }

        public void SyncDirectory()
        {
            if ((folder.Mutations & DiskMutations.DirectoryNotSynced) == 0 && folder._unsyncedNames.Count > 0)
            {
                folder._syncedNames = Copy(folder._names);
                folder._unsyncedNames.Clear();
            }
        }

        public void Dispose()
        {
        }
    }

    private DiskMutations Mutations => mutations;

    private sealed class OpenFile(SimulatedFolder folder, SimulatedFile file) : IDurableFile
    {
        public long Length => file.Length;

        public int Read(long offset, Span<byte> target) =>
            folder.ReadErrors > 0 && folder.Random.Chance(folder.ReadErrors)
                ? throw new IOException("Input/output error")
                : file.Read(offset, target);

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            if (folder.CutsNextWriteAfter is int bytes)
            {
                folder.CutsNextWriteAfter = null;
                file.Write(offset, source[..Math.Min(bytes, source.Length)]);
                throw new IOException("the process was killed");
            }

            long growth = Math.Max(0, offset + source.Length - file.Length);
            if (growth > (folder.FreeBytes ?? long.MaxValue) || folder.IsFullForOverwriting)
            {
                int fits = (int)Math.Clamp(source.Length - growth, 0, source.Length / 2);
                file.Write(offset, source[..fits]);
                throw new DiskFullException("", "a write", source.Length);
            }

            folder.FreeBytes -= growth;
            file.Write(offset, source);
        }

        public void Sync()
        {
            if ((folder.Mutations & DiskMutations.SyncSkipped) != 0)
            {
                return;
            }

            if (folder.FailsNextSync)
            {
                folder.FailsNextSync = false;
                file.LoseDirtyPages(folder.Random);
                if ((folder.Mutations & DiskMutations.FailedSyncRetried) == 0)
                {
                    throw new IOException("Input/output error");
                }
            }

            file.Sync();
        }

        public void Dispose()
        {
        }
    }

    private RandomStream Random => random;
}
