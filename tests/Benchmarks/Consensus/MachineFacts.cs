using System.Globalization;
using System.Runtime.InteropServices;
using Cluster.Benchmarks.Report;

namespace Cluster.Benchmarks.Consensus;

/// <summary>Where the benchmark runs.</summary>
internal static class MachineFacts
{
    private static readonly string[] s_memoryFileSystems = ["tmpfs", "ramfs"];

    /// <summary>Looks.</summary>
    public static MachineReport Read(string folder, string? etcd, bool quick)
    {
        string? model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        (string type, string point) = FileSystemOf(folder);
        return new MachineReport(
            DateTimeOffset.UtcNow,
            model?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString(),
            Environment.ProcessorCount,
            File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
            $"{type} ({point})",
            RuntimeInformation.FrameworkDescription,
            etcd,
            double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture),
            quick);
    }

    /// <summary>A folder of its own for the run, on a disk: a sync of memory would tell nothing.</summary>
    /// <exception cref="IOException">The wanted one is in memory.</exception>
    public static string MakeFolder(string? wanted)
    {
        string parent = wanted is null
            ? new[] { Path.GetTempPath(), "/var/tmp", Environment.CurrentDirectory }.FirstOrDefault(IsOnDisk) ?? Path.GetTempPath()
            : Path.GetFullPath(wanted);
        if (!IsOnDisk(parent))
        {
            throw new IOException($"{parent} is in memory, where a sync costs nothing; give a folder on a disk with --folder");
        }

        string folder = Path.Combine(parent, $"cluster-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static bool IsOnDisk(string folder) => Directory.Exists(folder) && !s_memoryFileSystems.Contains(FileSystemOf(folder).Type);

    /// <summary>The mount that holds a folder: the longest mount point that begins its path.</summary>
    private static (string Type, string Point) FileSystemOf(string folder)
    {
        string path = Path.GetFullPath(folder).TrimEnd('/') + "/";
        return File.ReadLines("/proc/self/mounts")
            .Select(line => line.Split(' '))
            .Where(mount => path.StartsWith(mount[1].TrimEnd('/') + "/", StringComparison.Ordinal))
            .Select(mount => (Type: mount[2], Point: mount[1]))
            .MaxBy(mount => mount.Point.Length);
    }
}
