using System.Text;

namespace Cluster.Runtime;

/// <summary>
/// The mark that says whose log a data folder holds: a voter that came up with another voter's log, or another cluster's, would
/// break every promise.
/// </summary>
internal static class DataDirectory
{
    private const string MarkName = "identity";

    /// <summary>The folder of the write-ahead log in it.</summary>
    public static string LogOf(string directory) => Path.Combine(directory, "log");

    /// <summary>Makes the folder when missing; checks its mark, or leaves one.</summary>
    /// <exception cref="InvalidOperationException">The folder belongs to another node or cluster.</exception>
    public static void Claim(string directory, string clusterId, NodePeer self)
    {
        directory = Path.GetFullPath(directory);
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory);
            NativeMethods.SyncDirectory(Path.GetDirectoryName(directory) ?? "/");
        }

        string path = Path.Combine(directory, MarkName);
        string mark = $"cluster={clusterId}\nnode={self.Id.Value}\n";
        if (!File.Exists(path))
        {
            if (Directory.Exists(LogOf(directory)) && Directory.EnumerateFiles(LogOf(directory)).Any())
            {
                throw new InvalidOperationException(
                    $"{directory} holds a log but no {MarkName} file, so it can't be told whose it is; restore the file "
                    + $"with the lines 'cluster=...' and 'node=...', or use an empty folder");
            }

            WriteDurably(path, mark);
        }

        string found = File.ReadAllText(path);
        if (found != mark)
        {
            throw new InvalidOperationException(
                $"{directory} belongs to {found.TrimEnd().Replace('\n', ' ')}, but cluster={clusterId} node={self.Id.Value} was configured; "
                + "give each node of each cluster a folder of its own, or correct the configuration");
        }
    }

    /// <summary>Writes a whole file so that a crash leaves the old one or the new one.</summary>
    public static void WriteDurably(string path, string text)
    {
        string temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        NativeMethods.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
