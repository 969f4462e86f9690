using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Replication;

public class ProgressTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private static readonly MonotonicTime Start = new(0);
    private static readonly MonotonicTime Later = Start + Patience;

    [Fact]
    public void A_probe_waits_for_its_answer_and_then_the_pipeline_opens()
    {
        Progress progress = Fresh(next: 5);
        Assert.True(progress.CanSend);
        progress.Sent(new LogIndex(7), 10, Start);
        Assert.False(progress.CanSend);

        Assert.True(progress.Acknowledged(new LogIndex(7), Start));
        Assert.Equal(ProgressState.Replicate, progress.State);
        Assert.Equal(new LogIndex(8), progress.Next);
        progress.Sent(new LogIndex(8), 10, Start);
        Assert.True(progress.CanSend);
    }

    [Fact]
    public void An_acknowledgement_below_the_probe_does_not_end_it()
    {
        Progress progress = Fresh(next: 5);
        progress.Sent(new LogIndex(7), 10, Start);
        Assert.True(progress.Acknowledged(new LogIndex(3), Start));
        Assert.Equal(ProgressState.Probe, progress.State);
        Assert.False(progress.CanSend);
    }

    [Fact]
    public void A_probe_that_began_right_is_not_sent_twice()
    {
        Progress progress = Fresh(next: 5);
        progress.Sent(new LogIndex(7), 10, Start);
        progress.Acknowledged(new LogIndex(4), Start);
        Assert.Equal(ProgressState.Replicate, progress.State);
        Assert.Equal(new LogIndex(8), progress.Next);
    }

    [Fact]
    public void A_late_refusal_is_told_from_a_new_one()
    {
        Progress progress = Fresh(next: 5);
        progress.Sent(new LogIndex(7), 10, Start);
        Assert.False(progress.Rejected(new LogIndex(6), new LogIndex(2)));
        Assert.True(progress.Rejected(new LogIndex(4), new LogIndex(2)));
        Assert.Equal(new LogIndex(3), progress.Next);
        Assert.False(progress.Rejected(new LogIndex(4), new LogIndex(1)));
    }

    [Fact]
    public void A_refusal_takes_nothing_acknowledged_back_and_always_moves_on()
    {
        Progress progress = Fresh(next: 5);
        progress.Acknowledged(new LogIndex(5), Start);
        progress.Sent(new LogIndex(6), 10, Start);
        Assert.False(progress.Rejected(new LogIndex(5), new LogIndex(2)));
        Assert.True(progress.Rejected(new LogIndex(6), new LogIndex(2)));
        Assert.Equal(new LogIndex(6), progress.Next);

        Progress other = Fresh(next: 5);
        other.Sent(new LogIndex(5), 10, Start);
        Assert.True(other.Rejected(new LogIndex(4), new LogIndex(99)));
        Assert.Equal(new LogIndex(4), other.Next);
    }

    [Fact]
    public void Silence_about_something_sent_means_that_it_was_lost()
    {
        Progress progress = Fresh(next: 1);
        progress.Acknowledged(new LogIndex(2), Start);
        progress.Sent(new LogIndex(4), 10, Start);
        Assert.False(progress.HeardOf(new LogIndex(2), Patience, Later - TimeSpan.FromTicks(1)));

        // Something arrived: not silence yet.
        Assert.False(progress.HeardOf(new LogIndex(3), Patience, Later));
        Assert.True(progress.HeardOf(new LogIndex(3), Patience, Later + Patience));
        Assert.Equal(ProgressState.Probe, progress.State);
        Assert.Equal(new LogIndex(4), progress.Next);
    }

    [Fact]
    public void What_has_arrived_is_not_lost_however_long_its_disk_takes()
    {
        Progress progress = Fresh(next: 1);
        progress.Sent(new LogIndex(4), 10, Start);
        Assert.False(progress.HeardOf(new LogIndex(4), Patience, Later + TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Stamps_only_move_forward()
    {
        Progress progress = Fresh(next: 1);
        Assert.True(progress.Echoed(Later));
        Assert.False(progress.Echoed(Start));
        Assert.True(progress.Echoed(Later));
        Assert.Equal(Later, progress.EchoedAt);
    }

    [Fact]
    public void A_window_counts_messages_and_bytes_and_takes_one_message_of_any_size()
    {
        var window = new Inflights(2, 100);
        window.Add(new LogIndex(1), 1_000);
        Assert.True(window.IsFull);
        window.FreeThrough(new LogIndex(1));
        Assert.Equal(100, window.Room);
        window.Add(new LogIndex(2), 30);
        Assert.Equal(70, window.Room);
        window.Add(new LogIndex(3), 30);
        Assert.True(window.IsFull);
        Assert.Throws<InvalidOperationException>(() => window.Add(new LogIndex(4), 1));
        window.FreeThrough(new LogIndex(2));
        Assert.False(window.IsFull);
    }

    private static Progress Fresh(ulong next)
    {
        var progress = new Progress(new RaftOptions { Self = One, Voters = [One, Two, Three], Seed = 1 });
        progress.Reset(new LogIndex(next));
        return progress;
    }
}
