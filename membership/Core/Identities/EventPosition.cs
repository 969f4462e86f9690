using System.Globalization;

namespace Cluster.Membership;

/// <summary>
/// Where an event stands: the log index of the command that caused it, and its place among the events of that command, from 1.
/// Written as <c>1042.1</c>; <c>1042</c> alone means after everything that index 1042 caused.
/// </summary>
public readonly record struct EventPosition(ulong Index, uint Ordinal) : IComparable<EventPosition>
{
    /// <summary>Before every event.</summary>
    public static readonly EventPosition Start;

    /// <summary>After every event that <paramref name="index"/> caused.</summary>
    public static EventPosition AfterIndex(ulong index) => new(index, uint.MaxValue);

    /// <summary>Reads the written form.</summary>
    public static bool TryParse(string? text, out EventPosition position)
    {
        position = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        int dot = text.IndexOf('.', StringComparison.Ordinal);
        ReadOnlySpan<char> indexPart = dot < 0 ? text : text.AsSpan(0, dot);
        if (!ulong.TryParse(indexPart, NumberStyles.None, CultureInfo.InvariantCulture, out ulong index))
        {
            return false;
        }

        if (dot < 0)
        {
            position = AfterIndex(index);
            return true;
        }

        if (!uint.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out uint ordinal))
        {
            return false;
        }

        position = new EventPosition(index, ordinal);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(EventPosition other)
    {
        int byIndex = Index.CompareTo(other.Index);
        return byIndex != 0 ? byIndex : Ordinal.CompareTo(other.Ordinal);
    }

    /// <inheritdoc/>
    public override string ToString() => Ordinal == uint.MaxValue ? $"{Index}" : $"{Index}.{Ordinal}";

    public static bool operator <(EventPosition left, EventPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(EventPosition left, EventPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(EventPosition left, EventPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EventPosition left, EventPosition right) => left.CompareTo(right) >= 0;
}
