namespace Cluster.Consensus;

/// <summary>A position in the replicated log. The first entry has index 1; 0 is the position before it.</summary>
public readonly record struct LogIndex(ulong Value) : IComparable<LogIndex>
{
    /// <summary>The position before the first entry.</summary>
    public static readonly LogIndex Zero;

    /// <summary>The next position.</summary>
    public LogIndex Next => new(Value + 1);

    /// <inheritdoc/>
    public int CompareTo(LogIndex other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"@{Value}";

    public static LogIndex operator +(LogIndex index, ulong count) => new(index.Value + count);

    public static LogIndex operator -(LogIndex index, ulong count) => new(checked(index.Value - count));

    public static bool operator <(LogIndex left, LogIndex right) => left.Value < right.Value;

    public static bool operator >(LogIndex left, LogIndex right) => left.Value > right.Value;

    public static bool operator <=(LogIndex left, LogIndex right) => left.Value <= right.Value;

    public static bool operator >=(LogIndex left, LogIndex right) => left.Value >= right.Value;
}
