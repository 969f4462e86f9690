using System.Diagnostics;
using Cluster.ConsensusNode.Load;
using Microsoft.Win32.SafeHandles;

namespace Cluster.Benchmarks.Raw;

/// <summary>
/// What the disk alone costs: one write and one fdatasync at a time, behind each other in a file that was filled with zeros and
/// synced before, as the write-ahead log's segments are.
/// </summary>
internal static class DiskSync
{
    private const int FileBytes = 64 * 1024 * 1024;

    /// <summary>Writes and syncs blocks until the time is over.</summary>
    /// <param name="folder">On the disk to measure.</param>
    /// <param name="blockBytes">Bytes of one write.</param>
    /// <param name="duration">How long.</param>
    /// <returns>Latencies, and syncs a second.</returns>
    public static (LatencyHistogram Latency, double PerSecond) Measure(string folder, int blockBytes, TimeSpan duration)
    {
        string path = Path.Combine(folder, "raw-sync");
        LatencyHistogram latency = new();
        byte[] block = new byte[blockBytes];
        Random.Shared.NextBytes(block);
        long began;
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, new byte[FileBytes], 0);
            NativeMethods.SyncData(file);
            long offset = 0;
            began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began) < duration)
            {
                long start = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, block, offset);
                NativeMethods.SyncData(file);
                latency.Record(Stopwatch.GetElapsedTime(start).Ticks * 100);
                offset = offset + (2 * blockBytes) > FileBytes ? 0 : offset + blockBytes;
            }
        }

        double perSecond = latency.Count / Stopwatch.GetElapsedTime(began).TotalSeconds;
        File.Delete(path);
        return (latency, perSecond);
    }
}
