using Cluster.Client;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Feed;

namespace Cluster.Runtime.Tests.Parts;

public sealed class EventFeedTests
{
    [Theory]
    [InlineData(0UL, 0U, 1UL)]
    [InlineData(3UL, 1U, 4UL)]
    [InlineData(3UL, uint.MaxValue, 4UL)]
    [InlineData(3UL, 0U, 3UL)]
    public async Task Reading_begins_right_after_the_position(ulong index, uint ordinal, ulong expected)
    {
        var feed = new EventFeed();
        feed.Append([.. Enumerable.Range(1, 10).Select(at => Event((ulong)at))]);

        await foreach (ClusterEvent first in feed.ReadAsync(new EventPosition(index, ordinal), CancellationToken.None))
        {
            Assert.Equal(expected, first.Index);
            break;
        }
    }

    [Fact]
    public async Task Readers_that_come_early_late_or_slowly_see_every_event_once_and_in_order()
    {
        var feed = new EventFeed();
        Task<List<ulong>>[] readers = [ReadAsync(feed, 5000, 0), ReadAsync(feed, 5000, 100)];
        for (ulong at = 1; at <= 5000; at += 5)
        {
            feed.Append([Event(at), Event(at + 1), Event(at + 2), Event(at + 3), Event(at + 4)]);
        }

        List<ulong> late = await Eventually.Ends(ReadAsync(feed, 5000, 0), "the late reader");
        ulong[] all = [.. Enumerable.Range(1, 5000).Select(at => (ulong)at)];
        Assert.Equal(all, late);
        foreach (Task<List<ulong>> reader in readers)
        {
            Assert.Equal(all, await Eventually.Ends(reader, "a reader"));
        }
    }

    [Fact]
    public async Task A_reader_behind_what_is_retained_is_told_instead_of_missing_something()
    {
        var feed = new EventFeed(capacity: 8);
        feed.Append([.. Enumerable.Range(1, 20).Select(at => Event((ulong)at))]);

        var trimmed = await Assert.ThrowsAsync<EventsTrimmedException>(() => FirstAsync(feed, new EventPosition(11, 1)));
        Assert.Equal(new EventPosition(12, 1), trimmed.Oldest);
        Assert.Equal(13UL, (await FirstAsync(feed, trimmed.Oldest)).Index);
    }

    [Fact]
    public async Task What_is_retained_shrinks_and_grows_with_the_settings()
    {
        var feed = new EventFeed(capacity: 8);
        feed.Append([.. Enumerable.Range(1, 8).Select(at => Event((ulong)at))]);

        feed.Capacity = 3;
        Assert.Equal(new EventPosition(5, 1), feed.DroppedThrough);
        Assert.Equal(6UL, (await FirstAsync(feed, feed.DroppedThrough)).Index);
        feed.Append([Event(9)]);
        Assert.Equal(new EventPosition(6, 1), feed.DroppedThrough);

        feed.Capacity = 20;
        feed.Append([.. Enumerable.Range(10, 17).Select(at => Event((ulong)at))]);
        Assert.Equal(new EventPosition(6, 1), feed.DroppedThrough);
        Assert.Equal([.. Enumerable.Range(7, 20).Select(at => (ulong)at)], await Eventually.Ends(ReadFromAsync(feed, new EventPosition(6, 1), 20), "all that is retained"));
    }

    [Fact]
    public async Task A_position_that_is_not_reached_yet_is_waited_for()
    {
        var feed = new EventFeed();
        feed.Append([Event(1)]);
        Task<ClusterEvent> waiting = FirstAsync(feed, new EventPosition(5, 1));
        feed.Append([Event(2), Event(5)]);
        Assert.False(waiting.IsCompleted);
        feed.Append([Event(6)]);

        Assert.Equal(6UL, (await Eventually.Ends(waiting, "the event after the position")).Index);
    }

    [Fact]
    public async Task Readers_are_told_of_a_gap_those_that_have_seen_everything_before_it_go_on()
    {
        var feed = new EventFeed(capacity: 8);
        feed.Append([.. Enumerable.Range(1, 5).Select(at => Event((ulong)at))]);
        Task<ClusterEvent> waiting = FirstAsync(feed, new EventPosition(5, 1));
        Task<ClusterEvent> ahead = FirstAsync(feed, new EventPosition(20, 1));

        feed.Restart(new EventPosition(20, 1));
        feed.Append([Event(21), Event(22)]);

        var trimmed = await Assert.ThrowsAsync<EventsTrimmedException>(() => Eventually.Ends(waiting, "the reader before the gap"));
        Assert.Equal(new EventPosition(20, 1), trimmed.Oldest);
        Assert.Equal(21UL, (await Eventually.Ends(ahead, "the reader behind the gap")).Index);
        Assert.Equal(22UL, (await FirstAsync(feed, new EventPosition(21, 1))).Index);
        Assert.Equal(new EventPosition(20, 1), feed.DroppedThrough);
    }

    [Fact]
    public async Task A_restarted_feed_retains_as_much_as_a_new_one()
    {
        var feed = new EventFeed(capacity: 8);
        feed.Append([.. Enumerable.Range(1, 13).Select(at => Event((ulong)at))]);
        feed.Restart(new EventPosition(20, 1));
        feed.Append([.. Enumerable.Range(21, 8).Select(at => Event((ulong)at))]);

        Assert.Equal(21UL, (await FirstAsync(feed, new EventPosition(20, 1))).Index);
        feed.Append([Event(29)]);
        Assert.Equal(new EventPosition(21, 1), feed.DroppedThrough);
    }

    private static ClusterEvent Event(ulong index) => new() { Index = index, Ordinal = 1 };

    private static async Task<List<ulong>> ReadFromAsync(EventFeed feed, EventPosition after, int count)
    {
        List<ulong> read = [];
        await foreach (ClusterEvent clusterEvent in feed.ReadAsync(after, CancellationToken.None))
        {
            read.Add(clusterEvent.Index);
            if (read.Count == count)
            {
                break;
            }
        }

        return read;
    }

    private static async Task<ClusterEvent> FirstAsync(EventFeed feed, EventPosition after)
    {
        await foreach (ClusterEvent first in feed.ReadAsync(after, CancellationToken.None))
        {
            return first;
        }

        throw new InvalidOperationException("the feed ended");
    }

    private static async Task<List<ulong>> ReadAsync(EventFeed feed, int count, int yieldEvery)
    {
        List<ulong> read = [];
        await foreach (ClusterEvent each in feed.ReadAsync(EventPosition.Start, CancellationToken.None))
        {
            read.Add(each.Index);
            if (read.Count == count)
            {
                break;
            }

            if (yieldEvery > 0 && read.Count % yieldEvery == 0)
            {
                await Task.Yield();
            }
        }

        return read;
    }
}
