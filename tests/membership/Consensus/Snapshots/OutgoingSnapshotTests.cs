namespace Cluster.Consensus.Tests.Snapshots;

public class OutgoingSnapshotTests
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private readonly OutgoingSnapshot _outgoing = new(
        new Snapshot(new SnapshotMeta(new LogIndex(9), new Term(2), ClusterConfiguration.Empty, 1000, 0), new byte[1000]), s_pause);

    private MonotonicTime _now = new(0);

    [Fact]
    public void Nothing_is_sent_before_the_offer_is_answered()
    {
        Assert.True(_outgoing.IsOfferDue(_now));
        _outgoing.Offered(1, _now);

        Assert.Equal(0, _outgoing.NextLength(100, 300));
        Assert.False(_outgoing.IsOfferDue(_now));
    }

    [Fact]
    public void Sending_begins_where_the_receiver_is()
    {
        Start(at: 400);

        Assert.Equal(400, _outgoing.Next);
        Assert.Equal(100, _outgoing.NextLength(100, 300));
    }

    [Fact]
    public void The_window_limits_what_is_on_its_way()
    {
        Start(at: 0);
        Assert.Equal(3, SendAll());
        _outgoing.Answered(100, isBehind: false, _now);

        Assert.Equal(1, SendAll());
        Assert.Equal(300, _outgoing.InFlight);
    }

    [Fact]
    public void A_window_smaller_than_a_chunk_still_lets_one_out()
    {
        Start(at: 0);

        Assert.Equal(100, _outgoing.NextLength(100, 10));
    }

    [Fact]
    public void The_last_chunk_is_as_short_as_the_rest()
    {
        Start(at: 950);

        Assert.Equal(50, _outgoing.NextLength(100, 300));
    }

    [Fact]
    public void A_whole_flight_of_refusals_makes_it_go_back_once()
    {
        Start(at: 0);
        SendAll();
        _outgoing.Answered(0, isBehind: true, _now);
        Assert.Equal(0, _outgoing.Next);
        SendAll();
        _outgoing.Answered(0, isBehind: true, _now);

        Assert.Equal(300, _outgoing.Next);
    }

    [Fact]
    public void When_nothing_moves_it_offers_again_with_growing_pauses()
    {
        _outgoing.Offered(1, _now);
        List<int> pauses = [];
        for (int i = 0; i < 6; i++)
        {
            int ms = 0;
            while (!_outgoing.IsOfferDue(_now))
            {
                _now += TimeSpan.FromMilliseconds(1);
                ms++;
            }

            pauses.Add(ms);
            _outgoing.Offered(2, _now);
        }

        Assert.Equal([100, 200, 400, 800, 800, 800], pauses);
    }

    [Fact]
    public void An_offer_gives_up_what_was_on_its_way()
    {
        Start(at: 0);
        SendAll();
        _outgoing.Offered(2, _now);
        Assert.Equal(0, _outgoing.NextLength(100, 300));
        _outgoing.Answered(100, isBehind: false, _now);

        Assert.Equal(100, _outgoing.Next);
        Assert.Equal(100, _outgoing.NextLength(100, 300));
    }

    [Fact]
    public void A_receiver_that_lost_everything_gets_it_from_the_beginning()
    {
        Start(at: 500);
        _outgoing.Offered(2, _now);
        _outgoing.Answered(0, isBehind: false, _now);

        Assert.Equal(0, _outgoing.Next);
    }

    [Fact]
    public void Everything_acknowledged_it_waits_for_the_installation()
    {
        Start(at: 1000);

        Assert.Equal(TransferPhase.Installing, _outgoing.Phase);
        Assert.Equal(0, _outgoing.NextLength(100, 300));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1001)]
    public void An_answer_that_can_not_be_is_ignored(long received)
    {
        _outgoing.Offered(1, _now);
        _outgoing.Answered(received, isBehind: false, _now);

        Assert.Equal(TransferPhase.Offering, _outgoing.Phase);
    }

    [Fact]
    public void The_pacer_keeps_to_its_rate()
    {
        var pacer = new SnapshotPacer(bytesPerSecond: 1_000_000);
        int sent = 0;
        for (int ms = 0; ms < 1000; ms++)
        {
            while (pacer.MaySend(_now))
            {
                pacer.Sent(10_000, _now);
                sent += 10_000;
            }

            _now += TimeSpan.FromMilliseconds(1);
        }

        Assert.InRange(sent, 990_000, 1_040_000);
    }

    private void Start(long at)
    {
        _outgoing.Offered(1, _now);
        _outgoing.Answered(at, isBehind: false, _now);
    }

    private int SendAll()
    {
        int chunks = 0;
        while (_outgoing.NextLength(100, 300) is > 0 and var length)
        {
            _outgoing.Sent(length, _now);
            chunks++;
        }

        return chunks;
    }
}
