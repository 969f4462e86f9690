using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Log;

public class RaftLogTests
{
    [Fact]
    public void What_was_recovered_is_on_disk()
    {
        var log = Recovered(Entries(1, 1, "a", "b"));
        Assert.Equal(new LogIndex(2), log.DurableIndex);
        Assert.Equal(0UL, log.TicketCovering(new LogIndex(2)));
    }

    [Fact]
    public void A_recovered_log_with_a_gap_or_a_falling_term_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => Recovered(Entries(2, 1, "b")));
        Assert.Throws<InvalidOperationException>(() => Recovered([.. Entries(1, 2, "a"), .. Entries(2, 1, "b")]));
    }

    [Fact]
    public void Each_index_waits_for_the_first_write_that_covers_it()
    {
        var log = Recovered();
        Append(log, 3, Entries(1, 1, "a", "b"));
        Append(log, 5, Entries(3, 1, "c"));
        Assert.Equal(3UL, log.TicketCovering(new LogIndex(1)));
        Assert.Equal(3UL, log.TicketCovering(new LogIndex(2)));
        Assert.Equal(5UL, log.TicketCovering(new LogIndex(3)));

        log.Persisted(4);
        Assert.Equal(new LogIndex(2), log.DurableIndex);
        log.Persisted(5);
        Assert.Equal(new LogIndex(3), log.DurableIndex);
    }

    [Fact]
    public void A_write_counts_for_nothing_that_was_truncated_since()
    {
        var log = Recovered();
        Append(log, 1, Entries(1, 1, "a", "b", "c"));
        log.Truncate(new LogIndex(2));
        Append(log, 3, Entries(2, 2, "B", "C"));

        log.Persisted(1);
        Assert.Equal(new LogIndex(1), log.DurableIndex);
        Assert.Equal(3UL, log.TicketCovering(new LogIndex(2)));
        log.Persisted(3);
        Assert.Equal(new LogIndex(3), log.DurableIndex);
    }

    [Fact]
    public void Truncated_entries_are_not_on_disk_even_if_they_were()
    {
        var log = Recovered(Entries(1, 1, "a", "b", "c"));
        log.Truncate(new LogIndex(2));
        Append(log, 9, Entries(2, 2, "B"));
        Assert.Equal(new LogIndex(1), log.DurableIndex);
        Assert.Equal(9UL, log.TicketCovering(new LogIndex(2)));
    }

    [Fact]
    public void The_last_index_whose_term_is_not_above_is_found_as_by_walking_back()
    {
        var random = new SplitMix64(3);
        for (int round = 0; round < 500; round++)
        {
            var log = Recovered();
            ulong term = 1;
            for (ulong i = 1; i <= random.Below(30); i++)
            {
                term += random.Below(3);
                Append(log, i, Entries(i, term, "x"));
            }

            var limit = new LogIndex(random.Below(40));
            var bound = new Term(random.Below(term + 2));
            LogIndex expected = limit < log.LastIndex ? limit : log.LastIndex;
            while (log.TermAt(expected) > bound)
            {
                expected -= 1;
            }

            Assert.Equal(expected, log.LastNotAbove(limit, bound));
        }
    }

    [Fact]
    public void A_slice_keeps_to_the_limit_and_holds_at_least_one_entry()
    {
        var log = Recovered(Entries(1, 1, new string('x', 76), new string('x', 76), new string('x', 76)));
        Assert.Equal(2, log.Slice(new LogIndex(1), 200, out long bytes).Count);
        Assert.Equal(200, bytes);
        Assert.Single(log.Slice(new LogIndex(1), 199, out _));
        Assert.Single(log.Slice(new LogIndex(3), 0, out _));
    }

    [Fact]
    public void An_up_to_date_log_ends_in_a_later_term_or_is_longer_in_the_same()
    {
        var log = Recovered([.. Entries(1, 1, "a"), .. Entries(2, 3, "b")]);
        Assert.True(log.IsUpToDate(new LogIndex(2), new Term(3)));
        Assert.True(log.IsUpToDate(new LogIndex(1), new Term(4)));
        Assert.False(log.IsUpToDate(new LogIndex(1), new Term(3)));
        Assert.False(log.IsUpToDate(new LogIndex(99), new Term(2)));
    }

    private static RaftLog Recovered(params LogEntry[] entries) => new(new RecoveredLog(default, null, entries));

    private static void Append(RaftLog log, ulong ticket, LogEntry[] entries)
    {
        foreach (LogEntry entry in entries)
        {
            log.Add(entry);
        }

        log.Written(ticket, entries.Length);
    }
}
