using Cluster.Consensus;

namespace Cluster.Storage.Tests;

public sealed class CorruptionTests
{
    [Fact]
    public void A_flipped_bit_in_any_byte_of_any_record_is_refused_with_file_and_offset()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using WriteAheadLog log = folder.Open(out _);
        log.Write([model.Vote(1, 2), model.Append(1, [1, 2, 3], [4, 5, 6, 7])]);
        log.Sync();
        List<int> offsets = folder.RecordOffsets(1);
        for (int at = offsets[0]; at < offsets[^1]; at++)
        {
            using LogFolder damaged = folder.Copy();
            byte[] before = [];
            damaged.Change(1, bytes =>
            {
                bytes[at] ^= (byte)(1 << (at % 8));
                before = [.. bytes];
            });
            CorruptLogException refusal = Assert.Throws<CorruptLogException>(() => damaged.Recover());
            Assert.Equal(damaged.Segment(1), refusal.File);
            Assert.Equal(offsets.Last(offset => offset <= at), refusal.Offset);
            Assert.Equal(before, File.ReadAllBytes(damaged.Segment(1)));
        }
    }

    [Fact]
    public void A_flipped_bit_in_a_segment_header_is_refused()
    {
        using LogFolder folder = WithSegments(1);
        for (int at = 0; at < 80; at++)
        {
            using LogFolder damaged = folder.Copy();
            damaged.Change(1, bytes => bytes[at] ^= 1);
            Assert.Equal(0, Assert.Throws<CorruptLogException>(() => damaged.Recover()).Offset);
        }
    }

    [Fact]
    public void Damage_in_a_segment_that_is_not_the_last_is_never_taken_for_a_torn_write()
    {
        using LogFolder folder = WithSegments(3);
        List<int> offsets = folder.RecordOffsets(2);
        foreach (int from in new[] { offsets[0], offsets[^2] })
        {
            using LogFolder damaged = folder.Copy();
            damaged.Change(2, bytes => bytes.AsSpan(from).Clear());
            CorruptLogException refusal = Assert.Throws<CorruptLogException>(() => damaged.Recover());
            Assert.Contains("begins with record", refusal.Finding);
        }

        using LogFolder garbled = folder.Copy();
        garbled.Change(2, bytes => bytes[offsets[^1] + 100] = 1);
        Assert.Equal(offsets[^1], Assert.Throws<CorruptLogException>(() => garbled.Recover()).Offset);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_missing_segment_is_refused(int missing)
    {
        using LogFolder folder = WithSegments(3);
        File.Delete(folder.Segment((ulong)missing));
        Assert.Contains($"segment {missing} is missing", Assert.Throws<CorruptLogException>(() => folder.Recover()).Message);
    }

    [Fact]
    public void Segments_of_another_log_are_refused()
    {
        using LogFolder folder = WithSegments(3);
        using var other = new LogFolder();
        var model = new LogModel();
        using (WriteAheadLog log = WriteAheadLog.Open(other.Options with { Salt = 8 }, out _))
        {
            Fill(log, model, 3);
        }

        File.Copy(other.Segment(3), folder.Segment(3), overwrite: true);
        Assert.Contains("another log", Assert.Throws<CorruptLogException>(() => folder.Recover()).Message);
    }

    [Fact]
    public void A_whole_record_that_does_not_follow_is_refused()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using WriteAheadLog log = folder.Open(out _);
        log.Write([model.Append(1, [1], [2], [3])]);
        List<int> offsets = folder.RecordOffsets(1);
        using LogFolder damaged = folder.Copy();
        damaged.Change(1, bytes => bytes.AsSpan(offsets[2], offsets[3] - offsets[2]).CopyTo(bytes.AsSpan(offsets[1])));
        Assert.Contains("does not follow", Assert.Throws<CorruptLogException>(() => damaged.Recover()).Message);
    }

    [Fact]
    public void A_record_of_the_same_number_from_another_history_is_refused()
    {
        using var folder = new LogFolder();
        using var other = new LogFolder();
        foreach ((LogFolder target, byte first) in new[] { (folder, (byte)1), (other, (byte)2) })
        {
            var model = new LogModel();
            using WriteAheadLog log = target.Open(out _);
            log.Write([model.Append(1, [first], [3])]);
        }

        List<int> offsets = folder.RecordOffsets(1);
        byte[] foreign = File.ReadAllBytes(other.Segment(1))[offsets[1]..offsets[2]];
        folder.Change(1, bytes => foreign.CopyTo(bytes, offsets[1]));
        Assert.Contains("does not follow", Assert.Throws<CorruptLogException>(() => folder.Recover()).Message);
    }

    [Fact]
    public void A_version_from_the_future_is_refused_by_its_number()
    {
        using LogFolder folder = WithSegments(1);
        folder.Change(1, bytes =>
        {
            bytes[8] = 3;
        });
        Assert.Contains("format version 3", Assert.Throws<CorruptLogException>(() => folder.Recover()).Message);
    }

    [Fact]
    public void The_message_says_what_to_do()
    {
        string message = new CorruptLogException("/data/wal-1.log", 4096, "record 1 fails its check").Message;
        Assert.Contains("/data/wal-1.log at byte 4096", message);
        Assert.Contains("older one forgets votes", message);
        Assert.Contains("join again", message);
    }

    private static LogFolder WithSegments(ulong count)
    {
        var folder = new LogFolder();
        using WriteAheadLog log = folder.Open(out _);
        Fill(log, new LogModel(), count);
        return folder;
    }

    private static void Fill(WriteAheadLog log, LogModel model, ulong segments)
    {
        var random = new SplitMix64(segments);
        do
        {
            log.Write([model.Append(1, LogModel.Payload(ref random, 1000))]);
            log.Sync();
        }
        while (log.Segments < segments);
    }
}
