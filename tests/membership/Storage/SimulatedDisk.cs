using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage.Tests;

/// <summary>A folder that outlives its openers: power cuts lose what was not synced, names included.</summary>
internal sealed class SimulatedDisk
{
    private readonly Lock _gate = new();
    private readonly List<Dictionary<string, SimulatedFile>> _unsyncedNames = [];
    private Dictionary<string, SimulatedFile> _names = [];
    private Dictionary<string, SimulatedFile> _syncedNames = [];
    private int _life;

    /// <summary>Counts down with every write to a log file; the one that reaches 0 fails, having written a part.</summary>
    public int FailWriteAfter { get; set; } = int.MaxValue;

    /// <summary>Counts down with every sync of a log file; the one that reaches 0 fails.</summary>
    public int FailSyncAfter { get; set; } = int.MaxValue;

    /// <summary>
    /// Counts down with every change of a file, a name or the folder; the one that reaches 0 does not happen any more: the process
    /// is gone.
    /// </summary>
    public int CrashAfter { get; set; } = int.MaxValue;

    /// <summary>True once <see cref="CrashAfter"/> has struck.</summary>
    public bool HasCrashed => CrashAfter <= 0;

    /// <summary>Bytes that all files together may have.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>True when syncing the folder fails.</summary>
    public bool FailsDirectorySyncs { get; set; }

    public int Writes { get; private set; }

    public int Syncs { get; private set; }

    /// <summary>The segments, in order.</summary>
    public List<SimulatedFile> Segments()
    {
        lock (_gate)
        {
            return [.. SegmentName.Among(_names.Keys).Select(name => _names[name])];
        }
    }

    /// <summary>The names of the files.</summary>
    public List<string> Names()
    {
        lock (_gate)
        {
            return [.. _names.Keys.Order(StringComparer.Ordinal)];
        }
    }

    public SimulatedFile File(string name)
    {
        lock (_gate)
        {
            return _names[name];
        }
    }

    /// <summary>Opens the folder for a new process; files of an earlier one go dead.</summary>
    public IStorageDevice Start()
    {
        lock (_gate)
        {
            return new Device(this, ++_life);
        }
    }

    /// <summary>The machine loses power and comes back.</summary>
    public void PowerCut(ref SplitMix64 random)
    {
        lock (_gate)
        {
            _life++;
            int kept = (int)random.Below((ulong)_unsyncedNames.Count + 1);
            _names = kept == 0 ? new(_syncedNames) : new(_unsyncedNames[kept - 1]);
            _syncedNames = new(_names);
            _unsyncedNames.Clear();
            foreach (SimulatedFile file in _names.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value))
            {
                file.PowerCut(ref random);
            }
        }
    }

    private sealed class Device(SimulatedDisk disk, int life) : IStorageDevice
    {
        public string Describe(string name) => "disk/" + name;

        public IReadOnlyList<string> List()
        {
            lock (disk._gate)
            {
                return [.. disk._names.Keys];
            }
        }

        public IDurableFile Create(string name)
        {
            var made = new SimulatedFile();
            Change(names => names.Add(name, made));
            return new OpenFile(disk, life, made);
        }

        public IDurableFile Open(string name)
        {
            lock (disk._gate)
            {
                return new OpenFile(disk, life, disk._names[name]);
            }
        }

        public void Rename(string from, string to) => Change(names =>
        {
            names.Add(to, names[from]);
            names.Remove(from);
        });

        public void Delete(string name)
        {
            lock (disk._gate)
            {
                if (disk._names.ContainsKey(name))
                {
                    Change(names => names.Remove(name));
                }
            }
        }

        public void SyncDirectory()
        {
            lock (disk._gate)
            {
                disk.Live(life);
                if (disk.FailsDirectorySyncs)
                {
                    throw new IOException("Input/output error");
                }

                disk._syncedNames = new(disk._names);
                disk._unsyncedNames.Clear();
            }
        }

        public void Dispose()
        {
        }

        private void Change(Action<Dictionary<string, SimulatedFile>> change)
        {
            lock (disk._gate)
            {
                disk.Live(life);
                change(disk._names);
                disk._unsyncedNames.Add(new(disk._names));
            }
        }
    }

    private void Live(int life)
    {
        if (life == _life && --CrashAfter == 0)
        {
            _life++;
        }

        if (life != _life)
        {
            throw new IOException("this process is dead");
        }
    }

    private void RequireSpace(SimulatedFile file, long end)
    {
        if (_names.Values.Sum(other => (long)other.Length) + Math.Max(0, end - file.Length) > Capacity)
        {
            throw new DiskFullException("disk/", "a write", end - file.Length);
        }
    }

    private sealed class OpenFile(SimulatedDisk disk, int life, SimulatedFile file) : IDurableFile
    {
        public long Length => file.Length;

        public int Read(long offset, Span<byte> target)
        {
            lock (disk._gate)
            {
                return file.Read(offset, target);
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            lock (disk._gate)
            {
                disk.Live(life);
                disk.Writes++;
                if (--disk.FailWriteAfter == 0)
                {
                    file.Write(offset, source[..(source.Length / 2)]);
                    throw new IOException("No space left on device");
                }

                disk.RequireSpace(file, offset + source.Length);
                file.Write(offset, source);
            }
        }

        public void Sync()
        {
            lock (disk._gate)
            {
                disk.Live(life);
                disk.Syncs++;
                if (--disk.FailSyncAfter == 0)
                {
                    file.LoseDirtyPages();
                    throw new IOException("Input/output error");
                }

                file.Sync();
            }
        }

        public void Dispose()
        {
        }
    }
}
