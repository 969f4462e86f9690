using Cluster.Consensus;

namespace Cluster.Storage.Tests;

public sealed class TornTailTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_last_record_cut_at_any_byte_is_dropped_and_the_rest_kept(bool fileEndsThere)
    {
        (LogFolder folder, LogModel kept, List<int> offsets) = WithLastRecord([1, 2, 3, 4, 5, 6, 7, 8, 9]);
        using (folder)
        {
            for (int cut = offsets[^2]; cut < offsets[^1]; cut++)
            {
                using LogFolder torn = folder.Copy();
                byte[] bytes = File.ReadAllBytes(torn.Segment(1));
                File.WriteAllBytes(torn.Segment(1), fileEndsThere ? bytes[..cut] : [.. bytes[..cut], .. new byte[bytes.Length - cut]]);
                RequireUsable(torn, kept);
            }
        }
    }

    /// <summary>etcd #5230: a write of several sectors of which one did not reach the disk is torn, not damaged.</summary>
    [Fact]
    public void A_last_batch_that_lost_any_of_its_sectors_is_torn()
    {
        var random = new SplitMix64(1);
        (LogFolder folder, LogModel kept, List<int> offsets) = WithLastRecord(
            LogModel.Payload(ref random, 900), LogModel.Payload(ref random, 40), LogModel.Payload(ref random, 1500), [7]);
        using (folder)
        {
            int first = offsets[^5] / 512;
            int last = (offsets[^1] - 1) / 512;
            for (int lost = 1; lost < 1 << (last - first + 1); lost++)
            {
                using LogFolder torn = folder.Copy();
                torn.Change(1, bytes =>
                {
                    for (int sector = first; sector <= last; sector++)
                    {
                        if ((lost >> (sector - first) & 1) != 0)
                        {
                            int from = Math.Max(sector * 512, offsets[^5]);
                            bytes.AsSpan(from, ((sector + 1) * 512) - from).Clear();
                        }
                    }
                });
                RequireUsable(torn, kept, mayHaveMore: true);
            }
        }
    }

    [Fact]
    public void What_was_cut_never_comes_back_behind_new_records()
    {
        var random = new SplitMix64(2);
        (LogFolder folder, LogModel kept, List<int> offsets) = WithLastRecord(
            LogModel.Payload(ref random, 600), LogModel.Payload(ref random, 20), LogModel.Payload(ref random, 20));
        using (folder)
        {
            // The first record of the batch loses its end; the two behind it are whole.
            folder.Change(1, bytes => bytes.AsSpan(offsets[^4] + 40, 512).Clear());
            using (folder.Open(out RecoveredLog recovered))
            {
                Assert.Equal(kept.State, LogModel.Describe(recovered));
                Assert.False(File.ReadAllBytes(folder.Segment(1)).AsSpan(offsets[^4]).ContainsAnyExcept((byte)0));
            }
        }
    }

    [Fact]
    public void Zeros_in_a_record_that_the_log_went_on_behind_are_damage()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using WriteAheadLog log = folder.Open(out _);
        log.Write([model.Append(1, [1])]);
        log.Sync();
        log.Write([model.Append(1, [2])]);
        log.Sync();
        log.Write([model.Append(1, [3])]);
        List<int> offsets = folder.RecordOffsets(1);

        using LogFolder torn = folder.Copy();
        torn.Change(1, bytes => bytes.AsSpan(offsets[2], offsets[3] - offsets[2]).Clear());
        Assert.Equal(2, torn.Recover().Entries.Count);

        // Record 3 says that record 2 was on disk before it was written.
        using LogFolder damaged = folder.Copy();
        damaged.Change(1, bytes => bytes.AsSpan(offsets[1], offsets[2] - offsets[1]).Clear());
        CorruptLogException refusal = Assert.Throws<CorruptLogException>(() => damaged.Recover());
        Assert.Equal((damaged.Segment(1), offsets[1]), (refusal.File, refusal.Offset));
        Assert.Contains($"byte {offsets[2]} proves", refusal.Message);
    }

    [Fact]
    public void After_a_clean_close_not_even_zeros_at_the_end_pass_for_a_torn_write()
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using (WriteAheadLog log = folder.Open(out _))
        {
            log.Write([model.Append(1, [1], [2])]);
            log.Sync();
        }

        List<int> offsets = folder.RecordOffsets(1);
        folder.Change(1, bytes => bytes.AsSpan(offsets[1], offsets[2] - offsets[1]).Clear());
        Assert.Equal(offsets[1], Assert.Throws<CorruptLogException>(() => folder.Recover()).Offset);
    }

    private static (LogFolder Folder, LogModel Kept, List<int> Offsets) WithLastRecord(params byte[][] payloads)
    {
        using var folder = new LogFolder();
        var model = new LogModel();
        using WriteAheadLog log = folder.Open(out _);
        log.Write([model.Vote(1, 1), model.Append(1, [], [5])]);
        log.Sync();
        using LogFolder before = folder.Copy();
        LogModel kept = LogModel.From(before.Recover());
        log.Write([model.Append(1, payloads)]);
        return (folder.Copy(), kept, folder.RecordOffsets(1));
    }

    private static void RequireUsable(LogFolder torn, LogModel kept, bool mayHaveMore = false)
    {
        LogModel model;
        using (WriteAheadLog log = torn.Open(out RecoveredLog recovered))
        {
            string state = LogModel.Describe(recovered);
            Assert.True(mayHaveMore ? state.StartsWith(kept.State, StringComparison.Ordinal) : state == kept.State, state);
            model = LogModel.From(recovered);
            log.Write([model.Append(2, [42]), model.Vote(2, 3)]);
            log.Sync();
        }

        RecoveredLog again = torn.Recover();
        Assert.Equal(model.State, LogModel.Describe(again));
    }
}
