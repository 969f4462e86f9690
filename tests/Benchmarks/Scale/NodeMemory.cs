using System.Globalization;
using Cluster.Tests.DevCluster;

namespace Cluster.Benchmarks.Scale;

/// <summary>What a node's daemon takes of the machine's memory.</summary>
internal static class NodeMemory
{
    /// <summary>Its proportional set size in MB (proc_pid_smaps(5)): pages that are shared count by share.</summary>
    public static double Megabytes(NodeDefinition node)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(folder), out _)
                    && File.ReadAllText(Path.Combine(folder, "comm")).Trim() == "clusterd"
                    && new FileInfo(Path.Combine(folder, "cwd")).LinkTarget == node.Folder)
                {
                    return Kilobytes(Path.Combine(folder, "smaps_rollup"), "Pss:") / 1024.0;
                }
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return 0;
    }

    /// <summary>What can still be used, in MB.</summary>
    public static double AvailableMegabytes() => Kilobytes("/proc/meminfo", "MemAvailable:") / 1024.0;

    private static double Kilobytes(string file, string field) => double.Parse(
        File.ReadLines(file).First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
