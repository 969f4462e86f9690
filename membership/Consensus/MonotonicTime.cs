namespace Cluster.Consensus;

/// <summary>
/// A reading of one machine's CLOCK_BOOTTIME in nanoseconds (clock_gettime(2)): it never goes back and counts suspended
/// time. Readings of different machines must never be compared; <see cref="MonotonicTime"/> values therefore cross the
/// network only as opaque stamps that return to the machine that took them.
/// </summary>
public readonly record struct MonotonicTime(long Nanoseconds) : IComparable<MonotonicTime>
{
    /// <summary>Long before every reading.</summary>
    public static readonly MonotonicTime DistantPast = new(long.MinValue / 4);

    /// <summary>After everything that ever happens; far enough from the greatest value for sums to hold.</summary>
    public static readonly MonotonicTime DistantFuture = new(long.MaxValue / 4);

    /// <summary>The later of two readings.</summary>
    public static MonotonicTime Max(MonotonicTime left, MonotonicTime right) => left > right ? left : right;

    /// <summary>The earlier of two readings.</summary>
    public static MonotonicTime Min(MonotonicTime left, MonotonicTime right) => left < right ? left : right;

    /// <inheritdoc/>
    public int CompareTo(MonotonicTime other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <inheritdoc/>
    public override string ToString() => $"{Nanoseconds / 1_000_000.0:F3}ms";

    public static MonotonicTime operator +(MonotonicTime time, TimeSpan span) => new(time.Nanoseconds + (span.Ticks * 100));

    public static MonotonicTime operator -(MonotonicTime time, TimeSpan span) => new(time.Nanoseconds - (span.Ticks * 100));

    public static TimeSpan operator -(MonotonicTime left, MonotonicTime right) =>
        new((left.Nanoseconds - right.Nanoseconds) / 100);

    public static bool operator <(MonotonicTime left, MonotonicTime right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(MonotonicTime left, MonotonicTime right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(MonotonicTime left, MonotonicTime right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(MonotonicTime left, MonotonicTime right) => left.Nanoseconds >= right.Nanoseconds;
}
