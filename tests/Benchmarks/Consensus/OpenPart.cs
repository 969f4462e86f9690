using System.Diagnostics;
using Cluster.Benchmarks.Report;
using Cluster.Consensus;
using Cluster.Storage;

namespace Cluster.Benchmarks.Consensus;

/// <summary>Fills a log folder and opens it.</summary>
internal static class OpenPart
{
    private const int BatchEntries = 2048;

    /// <summary>Measures.</summary>
    public static OpenReport Run(BenchOptions options, string folder)
    {
        WriteAheadLogOptions where = new() { Directory = Path.Combine(folder, "open") };
        Fill(where, options);
        long bytes = new DirectoryInfo(where.Directory).EnumerateFiles().Sum(file => file.Length);
        GC.Collect();
        long began = Stopwatch.GetTimestamp();
        using (WriteAheadLog log = WriteAheadLog.Open(where, out RecoveredLog recovered))
        {
            double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            OpenReport report = new(bytes, recovered.Entries.Count, Math.Round(seconds, 3));
            log.Dispose();
            Directory.Delete(where.Directory, recursive: true);
            return report;
        }
    }

    private static void Fill(WriteAheadLogOptions where, BenchOptions options)
    {
        using WriteAheadLog log = WriteAheadLog.Open(where, out _);
        byte[] payload = new byte[options.PayloadBytes];
        Random.Shared.NextBytes(payload);
        ulong next = 1;
        for (ulong ticket = 1; log.BytesWritten < options.OpenBytes; ticket++)
        {
            LogEntry[] entries = new LogEntry[BatchEntries];
            for (int i = 0; i < entries.Length; i++)
            {
                entries[i] = new LogEntry(new LogIndex(next++), new Term(1), EntryKind.Command, payload);
            }

            log.Write([LogWrite.Append(ticket, entries)]);
        }

        log.Sync();
    }
}
