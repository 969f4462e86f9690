using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Disks;

/// <summary>
/// A file with a page cache and a disk under it. A sector that was written since the last sync survives a power cut in any of the versions that it
/// had, chosen per sector. Damage strikes what is on disk and shows when the cache is dropped.
/// </summary>
internal sealed class SimulatedFile
{
    public const int SectorBytes = 512;

    private readonly List<Piece> _dirty = [];
    private readonly List<(int Offset, byte Mask)> _damage = [];
    private byte[] _cache = [];
    private byte[] _disk = [];
    private int _length;
    private int _diskLength;

    /// <summary>Bytes in the file as a process sees it.</summary>
    public int Length => _length;

    /// <summary>Bytes that are on disk for certain.</summary>
    public int DiskLength => _diskLength;

    /// <summary>True while something on disk differs from what was written there.</summary>
    public bool IsDamaged => _damage.Count > 0;

    public int Read(long offset, Span<byte> target)
    {
        int count = (int)Math.Clamp(_length - offset, 0, target.Length);
        _cache.AsSpan((int)offset, count).CopyTo(target);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        int start = (int)offset;
        int end = start + source.Length;
        Reserve(ref _cache, end);
        _length = Math.Max(_length, end);
        source.CopyTo(_cache.AsSpan(start));

        // The page is written back as a whole, with what a failed sync may have left in it.
        int from = start / SectorBytes * SectorBytes;
        int to = Math.Min((end + SectorBytes - 1) / SectorBytes * SectorBytes, _length);
        _dirty.Add(new Piece(from, _cache[from..to]));
    }

    public void Sync()
    {
        foreach (Piece piece in _dirty)
        {
            Settle(piece.Offset, piece.Bytes);
        }

        _dirty.Clear();
    }

    /// <summary>
    /// What Linux does when writing back fails: the pages that could not be written stay in memory, marked clean, and the next sync has nothing
    /// to do.
    /// </summary>
    public void LoseDirtyPages(RandomStream random)
    {
        foreach (Piece piece in _dirty)
        {
            if (random.Chance(0.3))
            {
                Settle(piece.Offset, piece.Bytes);
            }
        }

        _dirty.Clear();
    }

    /// <summary>The machine loses power: each unsynced sector is on disk in one of its versions, or not at all.</summary>
    /// <param name="random">Chooses.</param>
    /// <param name="garble">How likely a sector that was being written is left with a flipped bit.</param>
    public void PowerCut(RandomStream random, double garble)
    {
        SortedDictionary<int, List<ReadOnlyMemory<byte>>> versions = [];
        foreach (Piece piece in _dirty)
        {
            for (int at = 0; at < piece.Bytes.Length; at += SectorBytes)
            {
                int sector = piece.Offset + at;
                if (!versions.TryGetValue(sector, out List<ReadOnlyMemory<byte>>? known))
                {
                    versions[sector] = known = [];
                }

                known.Add(piece.Bytes.AsMemory(at, Math.Min(SectorBytes, piece.Bytes.Length - at)));
            }
        }

        _dirty.Clear();
        foreach ((int sector, List<ReadOnlyMemory<byte>> known) in versions)
        {
            int choice = random.Below(known.Count + 1);
            if (choice == known.Count)
            {
                continue;
            }

            Settle(sector, known[choice].Span);
            if (random.Chance(garble))
            {
                Flip(sector + random.Below(known[choice].Length), random);
            }
        }

        DropCache();
    }

    /// <summary>What a process reads comes from the disk again.</summary>
    public void DropCache()
    {
        if (_dirty.Count == 0)
        {
            Reserve(ref _cache, _diskLength);
            _disk.AsSpan(0, _diskLength).CopyTo(_cache);
            _length = _diskLength;
        }
    }

    /// <summary>Flips one bit on disk.</summary>
    public void Flip(int offset, RandomStream random)
    {
        byte mask = (byte)(1 << random.Below(8));
        _disk[offset] ^= mask;
        _damage.Add((offset, mask));
    }

    /// <summary>An exact copy takes the place of what is damaged.</summary>
    public void Repair()
    {
        foreach ((int offset, byte mask) in _damage)
        {
            _disk[offset] ^= mask;
        }

        _damage.Clear();
        DropCache();
    }

    private void Settle(int offset, ReadOnlySpan<byte> bytes)
    {
        int end = offset + bytes.Length;
        Reserve(ref _disk, end);
        _diskLength = Math.Max(_diskLength, end);
        bytes.CopyTo(_disk.AsSpan(offset));
        if (_damage.Count > 0)
        {
            _damage.RemoveAll(damage => damage.Offset >= offset && damage.Offset < end);
        }
    }

    private static void Reserve(ref byte[] bytes, int length)
    {
        if (bytes.Length < length)
        {
            Array.Resize(ref bytes, Math.Max(length, Math.Min(2 * bytes.Length, bytes.Length + 65_536)));
        }
    }

    private readonly record struct Piece(int Offset, byte[] Bytes);
}
