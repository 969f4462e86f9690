namespace Cluster.Tests.Support.Network;

/// <summary>What test runs that died left behind: namespaces, what runs in them, and their folders.</summary>
public static class NamespaceLeftovers
{
    private static readonly Lock s_gate = new();

    /// <summary>Makes a folder that goes the same way when this process dies without removing it.</summary>
    public static string MakeFolder() => Directory.CreateTempSubdirectory($"{NetworkNamespace.Prefix}-{OwnerProcess.Own}-").FullName;

    /// <summary>Removes all of it. What living processes hold is not touched.</summary>
    /// <returns>The names of what was removed.</returns>
    public static IReadOnlyList<string> Remove()
    {
        List<string> removed = [];
        lock (s_gate)
        {
            foreach (string path in Entries(NetworkNamespace.Folder))
            {
                NetworkNamespace.Remove(Path.GetFileName(path));
                removed.Add(Path.GetFileName(path));
            }

            foreach (string path in Entries(Path.GetTempPath()))
            {
                Directory.Delete(path, recursive: true);
                removed.Add(Path.GetFileName(path));
            }
        }

        return removed;
    }

    private static IReadOnlyList<string> Entries(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFileSystemEntries(folder, $"{NetworkNamespace.Prefix}-*").Where(path => !OwnerProcess.MayLive(Path.GetFileName(path)))]
        : [];
}
