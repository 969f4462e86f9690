using Cluster.Consensus;
using Cluster.Runtime.Loop;
using Cluster.Storage;

namespace Cluster.Runtime.Tests.Parts;

public sealed class LogThreadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rt").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_reported_is_on_disk_and_in_order()
    {
        List<ulong> reported = [];
        WriteAheadLog log = Open(out _);
        var thread = new LogThread(
            log,
            ticket =>
            {
                lock (reported)
                {
                    reported.Add(ticket);
                }
            },
            _ => { },
            _ => { });
        thread.Start();
        for (ulong ticket = 1; ticket <= 200; ticket++)
        {
            thread.Enqueue([Append(ticket)]);
        }

        await Eventually.Holds(
            () =>
            {
                lock (reported)
                {
                    return reported.Count > 0 && reported[^1] == 200;
                }
            },
            "the last ticket");
        thread.Stop();
        log.Dispose();

        Assert.Equal(reported.Order(), reported);
        using WriteAheadLog again = Open(out RecoveredLog recovered);
        Assert.Equal(200, recovered.Entries.Count);
    }

    [Fact]
    public async Task After_a_failure_nothing_is_reported_any_more()
    {
        var failed = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool reported = false;
        using WriteAheadLog log = Open(out _);
        var thread = new LogThread(log, _ => reported = true, _ => { }, failed.SetResult);
        thread.Start();

        // The log ends at 0: entry 5 can't follow.
        thread.Enqueue([Append(5)]);
        await Eventually.Ends(failed.Task, "the failure");
        thread.Enqueue([Append(1)]);
        thread.Stop();

        Assert.False(reported);
    }

    private static LogWrite Append(ulong ticket) =>
        LogWrite.Append(ticket, [new LogEntry(new LogIndex(ticket), new Term(1), EntryKind.Command, new byte[] { 1, 2, 3 })]);

    private WriteAheadLog Open(out RecoveredLog recovered) =>
        WriteAheadLog.Open(new WriteAheadLogOptions { Directory = _folder, SegmentBytes = 64 * 1024 }, out recovered);
}
