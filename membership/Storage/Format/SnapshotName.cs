using System.Globalization;
using Cluster.Consensus;

namespace Cluster.Storage.Format;

/// <summary>The names of snapshot files.</summary>
internal static class SnapshotName
{
    /// <summary>A snapshot in the making: of no meaning after a crash.</summary>
    public const string Next = "snapshot-next.tmp";

    private const string Prefix = "snapshot-";
    private const string Suffix = ".snap";

    /// <summary>The name of the snapshot of everything through <paramref name="index"/>.</summary>
    public static string Of(LogIndex index, Term term) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{index.Value:D16}-{term.Value:D16}{Suffix}");

    /// <summary>Reads a name; false when it is no snapshot's.</summary>
    public static bool TryParse(string name, out LogIndex index, out Term term)
    {
        index = default;
        term = default;
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith(Suffix, StringComparison.Ordinal))
        {
            return false;
        }

        string[] parts = name[Prefix.Length..^Suffix.Length].Split('-');
        if (parts.Length != 2
            || !ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong first)
            || !ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong second))
        {
            return false;
        }

        index = new LogIndex(first);
        term = new Term(second);
        return Of(index, term) == name;
    }

    /// <summary>The snapshots among <paramref name="names"/>, oldest first.</summary>
    public static List<string> Among(IEnumerable<string> names) =>
        [.. names.Where(name => TryParse(name, out _, out _)).Order(StringComparer.Ordinal)];
}
