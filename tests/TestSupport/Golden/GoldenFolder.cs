using System.Runtime.CompilerServices;

namespace Cluster.Tests.Support.Golden;

/// <summary>
/// What each version of a format wrote, kept in the repository beside the tests: <c>Golden/v1</c>, <c>Golden/v2</c>, ... Every later build must
/// read all of it, and as long as a version is the one that is written, write the same bytes. <c>CLUSTER_GOLDEN=write</c> writes the files of the
/// current version anew, to be reviewed as a diff; files of former versions are never written again.
/// </summary>
public sealed class GoldenFolder
{
    private readonly string _root;

    private GoldenFolder(string root) => _root = root;

    /// <summary>The folder <c>Golden</c> beside the calling source file.</summary>
    public static GoldenFolder Here([CallerFilePath] string file = "") => new(Path.Combine(Path.GetDirectoryName(file)!, "Golden"));

    /// <summary>The versions that have this file, oldest first.</summary>
    public IReadOnlyList<uint> VersionsOf(string name) =>
    [
        .. Directory.GetDirectories(_root, "v*")
            .Where(folder => File.Exists(Path.Combine(folder, name)))
            .Select(folder => uint.Parse(Path.GetFileName(folder)[1..], System.Globalization.CultureInfo.InvariantCulture))
            .Order(),
    ];

    /// <summary>The lines of a version's file.</summary>
    public string[] Read(uint version, string name) => File.ReadAllLines(PathOf(version, name));

    /// <summary>Compares what the current version writes with its file, or writes the file when the switch asks for it.</summary>
    /// <returns>Null when they are equal or the file was written; else what is wrong and what to do.</returns>
    public string? Hold(uint version, string name, IReadOnlyList<string> lines)
    {
        string path = PathOf(version, name);
        if (Environment.GetEnvironmentVariable("CLUSTER_GOLDEN") == "write")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllLines(path, lines);
            return null;
        }

        if (!File.Exists(path))
        {
            return $"there is no {path}: write it with CLUSTER_GOLDEN=write";
        }

        string[] kept = File.ReadAllLines(path);
        for (int at = 0; at < Math.Max(kept.Length, lines.Count); at++)
        {
            string? was = at < kept.Length ? kept[at] : null;
            string? now = at < lines.Count ? lines[at] : null;
            if (was != now)
            {
                return $"{name} of version {version}, line {at + 1}: was '{was}', is now '{now}'. What this version writes has changed: make a new feature "
                    + "level, or, if no release has this one, write the file anew with CLUSTER_GOLDEN=write";
            }
        }

        return null;
    }

    private string PathOf(uint version, string name) => Path.Combine(_root, $"v{version}", name);
}
