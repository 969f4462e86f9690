using Cluster.Consensus;

namespace Cluster.Storage.Tests;

public sealed class RoundTripTests
{
    [Fact]
    public void An_empty_folder_is_an_empty_log_and_stays_one()
    {
        using var folder = new LogFolder();
        for (int i = 0; i < 3; i++)
        {
            RecoveredLog recovered = folder.Recover();
            Assert.Equal(default, recovered.HardState);
            Assert.Empty(recovered.Entries);
        }
    }

    [Fact]
    public void A_missing_folder_is_made_with_its_parents()
    {
        using var folder = new LogFolder();
        var options = new WriteAheadLogOptions { Directory = Path.Combine(folder.Path, "a/b"), SegmentBytes = 8192 };
        using (WriteAheadLog log = WriteAheadLog.Open(options, out _))
        {
            log.Write([new LogModel().Vote(3, 2)]);
            log.Sync();
        }

        using WriteAheadLog again = WriteAheadLog.Open(options, out RecoveredLog recovered);
        Assert.Equal(new HardState(new Term(3), new NodeId(2)), recovered.HardState);
    }

    [Fact]
    public void Everything_comes_back_as_it_was_written()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([model.Vote(1, 1), model.Append(1, [], [1, 2, 3], new byte[700])]);
            log.Write([model.Vote(2, 0), model.Truncate(3), model.Append(2, [], [9])]);
            log.Sync();
        }

        RecoveredLog recovered = folder.Recover();
        Assert.Equal(model.State, LogModel.Describe(recovered));
        Assert.Equal(EntryKind.Barrier, recovered.Entries[0].Kind);
        Assert.Equal([1, 2, 3], recovered.Entries[1].Payload.ToArray());
        Assert.Equal(new Term(2), recovered.Entries[3].Term);
    }

    [Fact]
    public void An_intent_comes_back_with_the_vote_from_the_last_segment_too_and_goes_when_it_is_withdrawn()
    {
        using var folder = new LogFolder();
        var intent = new Standoff(new NodeId(uint.MaxValue - 1), ulong.MaxValue);
        var state = new HardState(new Term(ulong.MaxValue / 2), new NodeId(uint.MaxValue), intent);
        var model = new LogModel();
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([LogWrite.SaveHardState(1, state)]);
            log.Sync();
            for (int i = 0; i < 4; i++)
            {
                log.Write([model.Append(1, new byte[9_000])]);
                log.Sync();
            }

            Assert.True(log.Segments > 1);
        }

        Assert.Equal(state, folder.Recover().HardState);
        Assert.Contains(WalInspector.Read(folder.Path), record => record.Kind == WalRecordKind.HardState && record.Standoff == intent);
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([LogWrite.SaveHardState(9, state with { Standoff = default })]);
            log.Sync();
        }

        Assert.Equal(default, folder.Recover().HardState.Standoff);
    }

    [Fact]
    public void A_batch_is_one_write_and_a_sync_is_one_sync()
    {
        var disk = new SimulatedDisk();
        var options = new WriteAheadLogOptions { Directory = "unused" };
        using WriteAheadLog log = WriteAheadLog.Open(options, disk.Start(), out _);
        var model = new LogModel();
        int writes = disk.Writes;
        int syncs = disk.Syncs;
        log.Write([model.Vote(1, 1), model.Append(1, [1], [2], [3]), model.Truncate(3), model.Append(1, new byte[5000])]);
        Assert.Equal(writes + 1, disk.Writes);
        Assert.Equal(syncs, disk.Syncs);
        log.Sync();
        Assert.Equal(syncs + 1, disk.Syncs);
    }

    [Fact]
    public void A_batch_that_does_not_fit_the_log_is_refused_whole_and_the_log_goes_on()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([model.Append(1, [1])]);
            var gap = LogWrite.Append(9, new[] { new LogEntry(new LogIndex(3), new Term(1), EntryKind.Command, default) });
            var vote = LogWrite.SaveHardState(8, new HardState(new Term(9), new NodeId(9)));
            Assert.Contains("ends at 1", Assert.Throws<ArgumentException>(() => log.Write([vote, gap])).Message);
            Assert.Throws<ArgumentException>(() => log.Write([LogWrite.Truncate(10, new LogIndex(3))]));
            Assert.Throws<ArgumentException>(() => log.Write([LogWrite.Truncate(10, LogIndex.Zero)]));
            log.Write([model.Append(1, [2])]);
            log.Sync();
        }

        RecoveredLog recovered = folder.Recover();
        Assert.Equal(model.State, LogModel.Describe(recovered));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData(8193)]
    public void Segment_sizes_that_cannot_work_are_refused(int bytes)
    {
        var options = new WriteAheadLogOptions { Directory = "/nowhere", SegmentBytes = bytes };
        Assert.Throws<ArgumentException>(() => WriteAheadLog.Open(options, out _));
    }

    [Fact]
    public void A_second_opener_is_refused_by_name_until_the_first_has_closed()
    {
        using var folder = new LogFolder();
        using (folder.Open(out _))
        {
            LogInUseException refusal = Assert.Throws<LogInUseException>(() => folder.Open(out _));
            Assert.Contains($"process {Environment.ProcessId}", refusal.Message);
            Assert.Contains(folder.Path, refusal.Message);
        }

        folder.Recover();
    }

    [Fact]
    public void A_closed_log_takes_no_more()
    {
        using var folder = new LogFolder();
        WriteAheadLog log = folder.Open(out _);
        log.Dispose();
        log.Dispose();
        Assert.Throws<ObjectDisposedException>(log.Sync);
    }

    [Fact]
    public void The_check_is_crc_32c()
    {
        // RFC 3720 B.4: 32 bytes of zeros, of ones, and 0..31; and the usual check value of "123456789".
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Of(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
        Assert.Equal(0xE3069283u, Crc32C.Of("56789"u8, Crc32C.Of("1234"u8)));
    }
}
