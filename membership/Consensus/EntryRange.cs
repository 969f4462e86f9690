using System.Collections;
using System.Runtime.CompilerServices;

namespace Cluster.Consensus;

/// <summary>
/// A view on consecutive entries. The array behind it is never written again where the view reaches, so a range stays valid for
/// ever, on any thread, and passing it on copies no entry.
/// </summary>
[CollectionBuilder(typeof(EntryRange), nameof(Of))]
public readonly struct EntryRange : IReadOnlyList<LogEntry>, IEquatable<EntryRange>
{
    /// <summary>No entries.</summary>
    public static readonly EntryRange Empty;

    private readonly LogEntry[]? _entries;
    private readonly int _start;

    /// <summary>Views a part of an array, which must not be written any more in that part.</summary>
    public EntryRange(LogEntry[] entries, int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)entries.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(entries.Length - start));
        _entries = entries;
        _start = start;
        Count = count;
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>True when there are none.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The entries.</summary>
    public ReadOnlySpan<LogEntry> Span => _entries.AsSpan(_start, Count);

    /// <inheritdoc/>
    public LogEntry this[int index] => Span[index];

    /// <summary>A copy of the entries as a range of its own.</summary>
    public static EntryRange Of(ReadOnlySpan<LogEntry> entries) => entries.ToArray();

    /// <summary>Views a whole array, which must not be written any more.</summary>
    public static implicit operator EntryRange(LogEntry[] entries) => new(entries, 0, entries.Length);

    /// <summary>True when both view the same place; equal entries elsewhere do not count.</summary>
    public static bool operator ==(EntryRange left, EntryRange right) => left.Equals(right);

    /// <summary>The opposite.</summary>
    public static bool operator !=(EntryRange left, EntryRange right) => !left.Equals(right);

    /// <summary>A part of the range.</summary>
    public EntryRange Slice(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(Count - start));
        return count == 0 ? Empty : new EntryRange(_entries!, _start + start, count);
    }

    /// <summary>Walks over the entries without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <inheritdoc/>
    public bool Equals(EntryRange other) => _entries == other._entries && _start == other._start && Count == other.Count;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EntryRange other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (_start * 397) ^ Count;

    /// <inheritdoc/>
    public override string ToString() => IsEmpty ? "no entries" : $"{this[0].Index}..{this[Count - 1].Index}";

    IEnumerator<LogEntry> IEnumerable<LogEntry>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Walks over a range.</summary>
    public struct Enumerator(EntryRange range) : IEnumerator<LogEntry>
    {
        private int _at = -1;

        /// <inheritdoc/>
        public readonly LogEntry Current => range[_at];

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_at < range.Count;

        /// <inheritdoc/>
        public void Reset() => _at = -1;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
