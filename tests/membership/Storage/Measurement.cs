using System.Diagnostics;
using Cluster.Consensus;

namespace Cluster.Storage.Tests;

/// <summary>How fast a log is written, in batches as a busy daemon has them, and opened.</summary>
internal static class Measurement
{
    private const int BatchEntries = 256;

    public static int Run(string folder, int megabytes, int payloadBytes)
    {
        var options = new WriteAheadLogOptions { Directory = folder };
        byte[] payload = new byte[payloadBytes];
        new Random(1).NextBytes(payload);
        using (WriteAheadLog log = WriteAheadLog.Open(options, out RecoveredLog recovered))
        {
            ulong next = (recovered.Entries.Count > 0 ? recovered.Entries[^1].Index.Value : 0) + 1;
            ulong ticket = 0;
            var batch = new List<LogWrite>();
            var watch = Stopwatch.StartNew();
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long entries = 0;
            while (log.BytesWritten < megabytes * 1024L * 1024)
            {
                var appended = new LogEntry[BatchEntries];
                for (int i = 0; i < BatchEntries; i++)
                {
                    appended[i] = new LogEntry(new LogIndex(next++), new Term(1), EntryKind.Command, payload);
                }

                allocated += BatchEntries * 48;
                batch.Clear();
                batch.Add(LogWrite.Append(++ticket, appended));
                log.Write(batch);
                log.Sync();
                entries += BatchEntries;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Console.Out.WriteLine(
                $"wrote {entries:N0} entries, {log.BytesWritten / 1e6:N0} MB, {log.Syncs:N0} syncs in {watch.Elapsed.TotalSeconds:0.00} s: "
                    + $"{entries / watch.Elapsed.TotalSeconds:N0} entries/s, {allocated / (double)entries:0.0} B allocated an entry");
        }

        return Open(folder);
    }

    public static int Open(string folder)
    {
        var watch = Stopwatch.StartNew();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        using WriteAheadLog log = WriteAheadLog.Open(new WriteAheadLogOptions { Directory = folder }, out RecoveredLog recovered);
        TimeSpan processor = Environment.CpuUsage.TotalTime - before;
        Console.Out.WriteLine(
            $"opened {log.Segments} segments, {recovered.Entries.Count:N0} entries in {watch.ElapsedMilliseconds} ms, "
                + $"{processor.TotalMilliseconds:0} ms of processor time on all threads, {GC.CollectionCount(2)} full collections that "
                + $"stopped it for {GC.GetTotalPauseDuration().TotalMilliseconds:0} ms");
        return 0;
    }

    public static int Save(string folder, int megabytes)
    {
        using WriteAheadLog log = WriteAheadLog.Open(new WriteAheadLogOptions { Directory = folder }, out RecoveredLog recovered);
        ulong last = recovered.Entries.Count > 0 ? recovered.Entries[^1].Index.Value : 0;
        Snapshot snapshot = LogModel.SnapshotOf(1_000_000, 1, new byte[megabytes * 1024 * 1024]);
        for (int round = 0; round < 2; round++)
        {
            var watch = Stopwatch.StartNew();
            Task idle = Task.Delay(2000);
            Report("alone", log, ref last, () => !idle.IsCompleted);
            watch.Restart();
            Task saving = Task.Run(() => log.Snapshots.Save(snapshot));
            Report("while saving", log, ref last, () => !saving.IsCompleted);
            Console.Out.WriteLine($"saved {megabytes} MB in {watch.ElapsedMilliseconds} ms");
            saving.GetAwaiter().GetResult();
        }

        return 0;
    }

    private static void Report(string when, WriteAheadLog log, ref ulong last, Func<bool> goesOn)
    {
        List<double> times = [];
        byte[] payload = new byte[256];
        while (goesOn())
        {
            var write = LogWrite.Append(1, [new LogEntry(new LogIndex(++last), new Term(1), EntryKind.Command, payload)]);
            long start = Stopwatch.GetTimestamp();
            log.Write([write]);
            log.Sync();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        Console.Out.WriteLine(
            $"{when}: {times.Count} syncs, p50 {times[times.Count / 2]:0.00} ms, p99 {times[times.Count * 99 / 100]:0.00} ms, "
                + $"max {times[^1]:0.00} ms");
    }
}
