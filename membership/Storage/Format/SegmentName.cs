using System.Globalization;

namespace Cluster.Storage.Format;

/// <summary>The names of the log's files.</summary>
internal static class SegmentName
{
    /// <summary>A segment in the making: of no meaning after a crash.</summary>
    public const string Next = "wal-next.tmp";

    private const string Prefix = "wal-";
    private const string Suffix = ".log";

    /// <summary>The name of segment <paramref name="number"/>.</summary>
    public static string Of(ulong number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D16}{Suffix}");

    /// <summary>The segments among <paramref name="names"/>, in order of their numbers.</summary>
    public static List<string> Among(IEnumerable<string> names) =>
        [.. names.Where(name => TryParse(name, out _)).Order(StringComparer.Ordinal)];

    /// <summary>Reads a name; false when it is no segment's.</summary>
    public static bool TryParse(string name, out ulong number)
    {
        number = 0;
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            && ulong.TryParse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - Suffix.Length), NumberStyles.None,
                CultureInfo.InvariantCulture, out number)
            && Of(number) == name;
    }
}
