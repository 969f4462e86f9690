using Cluster.Consensus;

namespace Cluster.Storage.Tests;

public sealed class TruncateAndRollOverTests
{
    /// <summary>etcd #22442: replay must not bring back what was truncated.</summary>
    [Fact]
    public void Truncated_entries_stay_gone_even_when_nothing_replaced_them()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([model.Append(1, [1], [2], [3], [4])]);
            log.Sync();
            log.Write([model.Truncate(2)]);
            log.Sync();
        }

        for (int restart = 0; restart < 3; restart++)
        {
            Assert.Equal([1], folder.Recover().Entries.Select(e => e.Payload.Span[0]));
        }
    }

    [Fact]
    public void A_truncation_reaches_back_into_earlier_segments()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        var random = new SplitMix64(5);
        using (WriteAheadLog log = folder.Open(out _))
        {
            while (log.Segments < 4)
            {
                log.Write([model.Append(1, LogModel.Payload(ref random, 2000))]);
            }

            log.Write([model.Truncate(2), model.Append(2, [8], [9])]);
            log.Sync();
        }

        RecoveredLog recovered = folder.Recover();
        Assert.Equal(3, recovered.Entries.Count);
        Assert.Equal(model.State, LogModel.Describe(recovered));
    }

    [Fact]
    public void The_whole_log_can_be_truncated_and_begun_again()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([model.Append(1, [1], [2]), model.Truncate(1), model.Truncate(1)]);
            log.Sync();
        }

        using (WriteAheadLog log = folder.Open(out RecoveredLog recovered))
        {
            Assert.Empty(recovered.Entries);
            log.Write([model.Append(3, [7])]);
            log.Sync();
        }

        Assert.Equal(new Term(3), Assert.Single(folder.Recover().Entries).Term);
    }

    [Fact]
    public void One_batch_may_span_segments_and_one_record_may_be_larger_than_a_segment()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        var random = new SplitMix64(6);
        byte[][] payloads = [.. Enumerable.Range(0, 60).Select(_ => LogModel.Payload(ref random, 1000)), LogModel.Payload(ref random, 100_000), [1]];
        ulong segments;
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([model.Vote(1, 1), model.Append(1, payloads), model.Vote(2, 2)]);
            log.Sync();
            segments = log.Segments;
        }

        Assert.True(segments > 5, $"{segments} segments");
        RecoveredLog recovered = folder.Recover();
        Assert.Equal(model.State, LogModel.Describe(recovered));
        Assert.Equal(payloads[60], recovered.Entries[60].Payload.ToArray());
    }

    [Fact]
    public void A_segment_left_half_made_is_no_obstacle()
    {
        using var folder = new LogFolder();
        folder.Recover();
        File.WriteAllBytes(Path.Combine(folder.Path, "wal-next.tmp"), [1, 2, 3]);
        var model = new LogModel();
        var random = new SplitMix64(9);
        using (WriteAheadLog log = folder.Open(out _))
        {
            while (log.Segments < 3)
            {
                log.Write([model.Append(1, LogModel.Payload(ref random, 900))]);
                log.Sync();
            }
        }

        RecoveredLog recovered = folder.Recover();
        Assert.Equal(model.State, LogModel.Describe(recovered));
    }

    [Fact]
    public void Segments_have_their_full_size_before_records_are_written()
    {
        using var folder = new LogFolder();
        using WriteAheadLog log = folder.Open(out _);
        Assert.Equal(folder.Options.SegmentBytes, new FileInfo(folder.Segment(1)).Length);
    }
}
