using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Log;

public class EntryBlocksTests
{
    [Fact]
    public void It_holds_what_a_list_would_under_additions_truncations_and_drops()
    {
        var random = new SplitMix64(4);
        for (int round = 0; round < 200; round++)
        {
            var before = new LogIndex(random.Below(100));
            var blocks = new EntryBlocks(before);
            var model = new List<LogEntry>();
            for (int step = 0; step < 60; step++)
            {
                switch (random.Below(6))
                {
                    case 0 when model.Count > 0:
                        LogIndex from = model[(int)random.Below((ulong)model.Count)].Index;
                        blocks.Truncate(from);
                        model.RemoveAll(entry => entry.Index >= from);
                        break;
                    case 1 when model.Count > 0:
                        LogIndex through = model[(int)random.Below((ulong)model.Count)].Index;
                        blocks.DropThrough(through);
                        model.RemoveAll(entry => entry.Index <= through);
                        before = through;
                        break;
                    default:
                        for (ulong i = random.Below(100); i > 0; i--)
                        {
                            LogEntry entry = Entry(blocks.Last.Next, random.Next());
                            blocks.Add(entry);
                            model.Add(entry);
                        }

                        break;
                }

                Assert.Equal(before, blocks.Before);
                Assert.Equal(model.Count == 0 ? before : model[^1].Index, blocks.Last);
                foreach (LogEntry entry in model)
                {
                    Assert.Equal(entry, blocks[entry.Index]);
                }
            }
        }
    }

    [Fact]
    public void A_range_stays_as_it_was_when_the_log_goes_on_differently()
    {
        var blocks = new EntryBlocks(LogIndex.Zero);
        for (ulong i = 1; i <= 10; i++)
        {
            blocks.Add(Entry(new LogIndex(i), term: 1));
        }

        EntryRange old = blocks.From(new LogIndex(3));
        blocks.Truncate(new LogIndex(5));
        blocks.Add(Entry(new LogIndex(5), term: 2));
        blocks.DropThrough(new LogIndex(4));

        Assert.Equal(8, old.Count);
        Assert.All(old, entry => Assert.Equal(new Term(1), entry.Term));
        Assert.Equal(new Term(2), blocks[new LogIndex(5)].Term);
    }

    [Fact]
    public void What_is_not_there_can_be_neither_read_nor_removed()
    {
        var blocks = new EntryBlocks(new LogIndex(7));
        Assert.Throws<InvalidOperationException>(() => blocks[new LogIndex(7)]);
        Assert.Throws<InvalidOperationException>(() => blocks[new LogIndex(8)]);
        Assert.Throws<InvalidOperationException>(() => blocks.Truncate(new LogIndex(8)));
        Assert.Throws<InvalidOperationException>(() => blocks.DropThrough(new LogIndex(8)));
        Assert.Throws<InvalidOperationException>(() => blocks.From(new LogIndex(8)));
        Assert.Throws<InvalidOperationException>(() => blocks.Add(Entry(new LogIndex(9), 1)));
    }

    [Fact]
    public void A_range_is_cut_and_walked_like_a_list()
    {
        EntryRange range = Entries(1, 1, "a", "b", "c", "d");
        Assert.Equal([2UL, 3UL], range.Slice(1, 2).Select(entry => entry.Index.Value));
        Assert.True(range.Slice(4, 0).IsEmpty);
        Assert.Equal(range.Slice(1, 2), range.Slice(0, 3).Slice(1, 2));
        Assert.NotEqual(range.Slice(1, 2), range.Slice(1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => range.Slice(3, 2));
        Assert.Throws<IndexOutOfRangeException>(() => range.Slice(1, 2)[2]);
        Assert.Empty(EntryRange.Empty);
    }

    private static LogEntry Entry(LogIndex index, ulong term) => new(index, new Term(term), EntryKind.Command, default);
}
