using System.Diagnostics;
using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage.Tests;

public sealed class InspectorTests
{
    [Fact]
    public void A_sound_log_is_described()
    {
        using LogFolder folder = Sample(out LogModel model);
        WalReport report = WalInspector.Inspect(folder.Path);
        Assert.True(report.IsSound);
        Assert.Empty(report.Findings);
        Assert.Null(report.InUseBy);
        Assert.Equal(new HardState(new Term(2), new NodeId(3)), report.HardState);
        Assert.Equal((model.FirstIndex, model.LastIndex), (report.FirstIndex.Value, report.LastIndex.Value));
        WalSnapshot snapshot = Assert.Single(report.Snapshots);
        Assert.True(snapshot is { IsReferenced: true, IsSound: true });
        Assert.Equal(model.SnapshotIndex, snapshot.Meta!.Index.Value);
        Assert.Equal(3, report.Segments.Count);
        Assert.Equal(1UL, report.Segments[0].FirstIndex.Value);
        Assert.Equal(model.LastIndex, report.Segments[^1].LastIndex.Value);
        Assert.Equal([new HardState(new Term(1), new NodeId(1)), new HardState(new Term(2), new NodeId(3))], report.Segments[0].Votes);
        Assert.Equal(report.Segments.Sum(s => s.Records), WalInspector.Read(folder.Path).Count());
    }

    [Fact]
    public void Records_are_shown_in_the_order_in_which_they_were_written()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([model.Vote(1, 2), model.Append(1, [], [7, 8]), model.Truncate(2), model.Append(2, [9])]);
            log.Sync();
            Snapshot snapshot = model.Snapshot(2, [1]);
            log.Snapshots.Save(snapshot);
            log.Write([model.Use(snapshot, 2)]);
            log.Sync();
        }

        List<WalRecord> records = [.. WalInspector.Read(folder.Path)];
        Assert.Equal(
            [WalRecordKind.HardState, WalRecordKind.Entry, WalRecordKind.Entry, WalRecordKind.Truncate, WalRecordKind.Entry,
                WalRecordKind.UseSnapshot, WalRecordKind.Mark],
            records.Select(r => r.Kind));
        Assert.Equal(Enumerable.Range(1, 7).Select(i => (ulong)i), records.Select(r => r.Sequence));
        Assert.Equal(new NodeId(2), records[0].VotedFor);
        Assert.Equal([7, 8], records[2].Payload.ToArray());
        Assert.Equal(2UL, records[3].Index.Value);
        Assert.Equal((2UL, 2UL), (records[5].Index.Value, records[5].KeepFrom.Value));
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_found_exactly_where_a_start_refuses_it_and_the_rest_stays_readable()
    {
        using LogFolder folder = Sample(out _);
        int whole = WalInspector.Read(folder.Path).Count();
        var random = new SplitMix64(8);
        foreach (ulong segment in new ulong[] { 1, 2, 3 })
        {
            List<int> offsets = folder.RecordOffsets(segment);
            for (int i = 0; i < 20; i++)
            {
                using LogFolder damaged = folder.Copy();
                int at = offsets[0] + (int)random.Below((ulong)(offsets[^1] - offsets[0]));
                damaged.Change(segment, bytes => bytes[at] ^= 4);
                Dictionary<string, byte[]> before = Contents(damaged);
                WalReport report = WalInspector.Inspect(damaged.Path);
                WalFinding finding = Assert.Single(report.Findings);
                Assert.Equal(WalSeverity.Damage, finding.Severity);
                Assert.Equal(whole - 1, report.Segments.Sum(s => s.Records));
                Assert.Equal(WalRecordKind.Unreadable, Assert.Single(
                    WalInspector.Read(damaged.Path), r => r.Kind == WalRecordKind.Unreadable).Kind);
                Assert.Equal(before, Contents(damaged));
                CorruptLogException refusal = Assert.Throws<CorruptLogException>(() => damaged.Recover());
                Assert.Equal(
                    (refusal.File, refusal.Offset, refusal.Finding, refusal.WayOut),
                    (finding.File, finding.Offset, finding.Text, finding.WayOut));
            }
        }
    }

    [Fact]
    public void A_damaged_head_a_missing_segment_and_a_damaged_snapshot_are_told_apart()
    {
        using LogFolder folder = Sample(out _);
        using LogFolder head = folder.Copy();
        head.Change(2, bytes => bytes[30] ^= 1);
        WalReport report = WalInspector.Inspect(head.Path);
        Assert.Contains(report.Findings, f => f.File == head.Segment(2) && f.Text.Contains("header fails its check"));
        Assert.Equal([2U, 0, 2], report.Segments.Select(s => s.Version));

        using LogFolder gap = folder.Copy();
        File.Delete(gap.Segment(2));
        Assert.Contains("segment 2 is missing", Assert.Single(WalInspector.Inspect(gap.Path).Findings).Text);

        using LogFolder rotten = folder.Copy();
        string snapshot = Directory.EnumerateFiles(rotten.Path, "*.snap").Single();
        byte[] bytes = File.ReadAllBytes(snapshot);
        bytes[^6] ^= 1;
        File.WriteAllBytes(snapshot, bytes);
        report = WalInspector.Inspect(rotten.Path);
        Assert.Equal(snapshot, Assert.Single(report.Findings).File);
        Assert.False(Assert.Single(report.Snapshots).IsSound);
        Assert.False(report.IsSound);

        using LogFolder lost = folder.Copy();
        File.Delete(Directory.EnumerateFiles(lost.Path, "*.snap").Single());
        Assert.Contains("snapshot file is missing", Assert.Single(WalInspector.Inspect(lost.Path).Findings).Text);
    }

    [Fact]
    public void What_the_next_start_deals_with_is_a_note_and_no_damage()
    {
        using LogFolder folder = Sample(out _);
        File.WriteAllBytes(Path.Combine(folder.Path, SnapshotName.Next), [1]);
        File.WriteAllBytes(Path.Combine(folder.Path, SnapshotName.Of(new LogIndex(9), new Term(9))), [1]);
        List<int> offsets = folder.RecordOffsets(3);
        folder.Change(3, bytes => bytes.AsSpan(offsets[^2] + 10).Clear());
        WalReport report = WalInspector.Inspect(folder.Path);
        Assert.True(report.IsSound);
        Assert.Contains(report.Findings, f => f.File == folder.Segment(3) && f.Offset == offsets[^2] && f.Text.Contains("interrupted"));
        Assert.Contains(report.Findings, f => f.File.EndsWith("next.tmp", StringComparison.Ordinal));
        folder.Recover();
        Assert.Empty(WalInspector.Inspect(folder.Path).Findings);
    }

    [Fact]
    public void A_log_that_a_running_process_writes_is_looked_at_without_disturbing_it()
    {
        using var folder = new LogFolder();
        using Process writer = TestProgram.Start("write", folder.Path);
        try
        {
            Assert.NotNull(writer.StandardOutput.ReadLine());
            Task drain = writer.StandardOutput.ReadToEndAsync();
            for (int i = 0; i < 30; i++)
            {
                WalReport report = WalInspector.Inspect(folder.Path);
                Assert.True(report.IsSound, string.Join('\n', report.Findings));
                Assert.Equal(writer.Id, report.InUseBy);
            }

            Assert.False(writer.HasExited);
        }
        finally
        {
            writer.Kill();
            writer.WaitForExit();
        }

        Assert.Null(WalInspector.Inspect(folder.Path).InUseBy);
    }

    [Fact]
    public void The_log_in_a_data_folder_is_found_and_what_is_no_log_is_refused()
    {
        using var folder = new LogFolder();
        Assert.Throws<FileNotFoundException>(() => WalInspector.Inspect(folder.Path));
        Assert.Throws<FileNotFoundException>(() => WalInspector.Read(folder.Path));
        Assert.Throws<DirectoryNotFoundException>(() => WalInspector.Inspect(Path.Combine(folder.Path, "nowhere")));
        WriteAheadLog.Open(new WriteAheadLogOptions { Directory = Path.Combine(folder.Path, "log"), SegmentBytes = 8192 }, out _).Dispose();
        Assert.Equal(Path.Combine(folder.Path, "log"), WalInspector.Inspect(folder.Path).Directory);
    }

    [Fact]
    public void What_the_disk_can_not_read_is_refused_with_file_and_offset()
    {
        // Reading a process's memory where there is none gives EIO, as a bad sector does.
        using var unreadable = new DurableFile(NativeMethods.OpenForReading("/proc/self/mem"), "/data/wal-1.log");
        CorruptLogException refusal = Assert.Throws<CorruptLogException>(() => unreadable.Read(16, new byte[100]));
        Assert.Equal(("/data/wal-1.log", 16), (refusal.File, refusal.Offset));
        Assert.Contains("can't read", refusal.Message);
    }

    private static LogFolder Sample(out LogModel model)
    {
        using var folder = new LogFolder();
        model = new LogModel();
        var random = new SplitMix64(3);
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([model.Vote(1, 1), model.Append(1, [1], [2], [3]), model.Vote(2, 3)]);
            log.Sync();
            Snapshot snapshot = model.Snapshot(2, [.. Enumerable.Range(0, 500).Select(i => (byte)i)]);
            log.Snapshots.Save(snapshot);
            log.Write([model.Use(snapshot, 2)]);
            do
            {
                log.Write([model.Append(2, LogModel.Payload(ref random, 900))]);
                log.Sync();
            }
            while (log.Segments < 3);
            log.Write([model.Append(2, LogModel.Payload(ref random, 900))]);
            log.Sync();
        }

        return folder.Copy();
    }

    private static Dictionary<string, byte[]> Contents(LogFolder folder) =>
        Directory.EnumerateFiles(folder.Path).ToDictionary(file => file, File.ReadAllBytes);
}
