using Cluster.Consensus;

namespace Cluster.Storage.Tests;

/// <summary>
/// A file with a page cache and a disk under it. A sector that was written since the last sync survives a power cut in any of the
/// versions that it had, chosen per sector.
/// </summary>
internal sealed class SimulatedFile
{
    private const int SectorBytes = 512;

    private readonly Dictionary<int, List<byte[]>> _dirty = [];
    private byte[] _cache = [];
    private byte[] _disk = [];

    public int Length => _cache.Length;

    public byte[] Contents => _cache;

    public int Read(long offset, Span<byte> target)
    {
        int count = (int)Math.Clamp(_cache.Length - offset, 0, target.Length);
        _cache.AsSpan((int)offset, count).CopyTo(target);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        int end = (int)offset + source.Length;
        if (end > _cache.Length)
        {
            Array.Resize(ref _cache, end);
        }

        source.CopyTo(_cache.AsSpan((int)offset));
        for (int sector = (int)offset / SectorBytes; sector * SectorBytes < end; sector++)
        {
            if (!_dirty.TryGetValue(sector, out List<byte[]>? versions))
            {
                _dirty[sector] = versions = [];
            }

            versions.Add(Sector(_cache, sector));
        }
    }

    public void Sync()
    {
        if (_cache.Length > _disk.Length)
        {
            Array.Resize(ref _disk, _cache.Length);
        }

        foreach (int sector in _dirty.Keys)
        {
            Sector(_cache, sector).CopyTo(_disk, sector * SectorBytes);
        }

        _dirty.Clear();
    }

    /// <summary>
    /// What Linux does when writing back fails: the pages stay in memory, marked clean, and the next sync has nothing to
    /// do.
    /// </summary>
    public void LoseDirtyPages() => _dirty.Clear();

    public void PowerCut(ref SplitMix64 random)
    {
        foreach ((int sector, List<byte[]> versions) in _dirty.OrderBy(pair => pair.Key))
        {
            int choice = (int)random.Below((ulong)versions.Count + 1);
            if (choice == versions.Count)
            {
                continue;
            }

            int end = (sector * SectorBytes) + versions[choice].Length;
            if (end > _disk.Length)
            {
                Array.Resize(ref _disk, end);
            }

            versions[choice].CopyTo(_disk, sector * SectorBytes);
        }

        _dirty.Clear();
        _cache = [.. _disk];
    }

    private static byte[] Sector(byte[] bytes, int sector)
    {
        int from = sector * SectorBytes;
        return bytes[from..Math.Min(from + SectorBytes, bytes.Length)];
    }
}
