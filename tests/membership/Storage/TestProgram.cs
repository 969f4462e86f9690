using System.Diagnostics;
using System.Globalization;
using Cluster.Consensus;

namespace Cluster.Storage.Tests;

/// <summary>
/// The tests, and what they need other processes for: <c>hold FOLDER</c> and <c>write FOLDER</c>. By hand: <c>measure FOLDER MB
/// PAYLOAD</c> tells how fast a log is written, <c>measure FOLDER</c> how fast it is opened,
/// <c>measure-save FOLDER MB</c> how long syncs take beside the save of a snapshot.
/// </summary>
internal static class TestProgram
{
    public static int Main(string[] args)
    {
        switch (args)
        {
            case ["hold", string folder]:
                return Hold(folder);
            case ["write", string folder]:
                return WriteUntilKilled(folder);
            case ["measure", string folder, string megabytes, string payload]:
                return Measurement.Run(
                    folder, int.Parse(megabytes, CultureInfo.InvariantCulture), int.Parse(payload, CultureInfo.InvariantCulture));
            case ["measure", string folder]:
                return Measurement.Open(folder);
            case ["measure-save", string folder, string megabytes]:
                return Measurement.Save(folder, int.Parse(megabytes, CultureInfo.InvariantCulture));
            default:
                return Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args).GetAwaiter().GetResult();
        }
    }

    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        Path.Combine(AppContext.BaseDirectory, "Cluster.Storage.Tests"), arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    private static int Hold(string folder)
    {
        try
        {
            using WriteAheadLog log = WriteAheadLog.Open(Options(folder), out _);
            Console.Out.WriteLine("open");
            Console.In.ReadToEnd();
            return 0;
        }
        catch (LogInUseException e)
        {
            Console.Out.WriteLine("refused: " + e.Message);
            return 1;
        }
    }

    /// <summary>Acknowledges each synced entry by a line; compacts now and then on a thread of its own, as a daemon does.</summary>
    private static int WriteUntilKilled(string folder)
    {
        using WriteAheadLog log = WriteAheadLog.Open(Options(folder), out RecoveredLog recovered);
        LogModel model = LogModel.From(recovered);
        var random = new SplitMix64((ulong)Environment.ProcessId);
        Task<Snapshot>? saving = null;
        while (Console.In is not null)
        {
            byte[] payload = LogModel.Payload(ref random, 8 + (int)random.Below(400));
            BitConverter.TryWriteBytes(payload, model.LastIndex + 1);
            log.Write([model.Append(1, payload)]);
            if (saving is { IsCompleted: true })
            {
                Snapshot saved = saving.GetAwaiter().GetResult();
                saving = null;
                log.Write([model.Use(saved, saved.Meta.Index.Value - 1)]);
            }

            log.Sync();
            Console.Out.WriteLine(model.LastIndex.ToString(CultureInfo.InvariantCulture));
            if (saving is null && model.LastIndex > model.SnapshotIndex + 20)
            {
                Snapshot snapshot = model.Snapshot(model.LastIndex - 1, LogModel.Payload(ref random, 50_000));
                saving = Task.Run(() =>
                {
                    log.Snapshots.Save(snapshot);
                    return snapshot;
                });
            }
        }

        return 0;
    }

    private static WriteAheadLogOptions Options(string folder) => new() { Directory = folder, SegmentBytes = 16 * 1024 };
}
