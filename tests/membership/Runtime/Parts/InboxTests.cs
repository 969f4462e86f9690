using Cluster.Client;
using Cluster.Consensus;
using Cluster.Runtime.Loop;

namespace Cluster.Runtime.Tests.Parts;

public sealed class InboxTests
{
    private static readonly RaftMessage s_beat =
        RaftMessage.Heartbeat(new NodeId(1), new NodeId(2), new Term(1), MonotonicTime.DistantPast, LogIndex.Zero, LogIndex.Zero);

    [Fact]
    public void Everything_that_waits_is_taken_at_once_in_order()
    {
        var inbox = new Inbox();
        inbox.PostPersisted(3);
        inbox.TryPost(s_beat with { Term = new Term(1) });
        inbox.PostPersisted(5);
        inbox.TryPost(s_beat with { Term = new Term(2) });
        inbox.Post(new Call());

        InboxBatch batch = inbox.Take(TimeSpan.Zero);

        Assert.Equal(5UL, batch.Persisted);
        Assert.Equal([new Term(1), new Term(2)], batch.RaftMessages.Select(message => message.Term));
        Assert.Single(batch.Calls);
        Assert.True(inbox.Take(TimeSpan.Zero).IsEmpty);
    }

    [Fact]
    public async Task Whatever_comes_wakes_the_sleeping_loop()
    {
        Action<Inbox>[] arrivals =
        [
            inbox => inbox.TryPost(s_beat),
            inbox => inbox.PostPersisted(1),
            inbox => inbox.Post(new Call()),
            inbox => inbox.Poke(),
        ];
        foreach (Action<Inbox> arrive in arrivals)
        {
            var inbox = new Inbox();
            Task taken = Task.Factory.StartNew(() => inbox.Take(TimeSpan.FromHours(1)), TaskCreationOptions.LongRunning);
            arrive(inbox);
            await Eventually.Ends(taken, "the loop waking up");
        }
    }

    [Fact]
    public async Task A_loop_that_should_be_up_and_is_not_is_stood_in_for()
    {
        var inbox = new Inbox();
        int visits = 0;
        inbox.AllowVisits(_ =>
        {
            visits++;
            return false;
        });
        MonotonicTime before = BootTime.Now;
        inbox.Nudge(before + TimeSpan.FromHours(2));
        Assert.Equal(0, visits);
        Task taken = Task.Factory.StartNew(() => inbox.Take(TimeSpan.FromHours(1)), TaskCreationOptions.LongRunning);
        await Eventually.Holds(
            () =>
            {
                inbox.Nudge(before + TimeSpan.FromHours(2));
                return visits == 1;
            },
            "the visit");
        inbox.Nudge(before + TimeSpan.FromMinutes(59));
        Assert.Equal(1, visits);
        inbox.Poke();
        await Eventually.Ends(taken, "the loop waking up");
        inbox.Nudge(before + TimeSpan.FromHours(2));
        Assert.Equal(1, visits);
    }

    [Fact]
    public async Task Nothing_is_lost_between_many_threads_and_a_loop_that_sleeps_and_wakes()
    {
        const int Threads = 4;
        const int Each = 20_000;
        var inbox = new Inbox();
        Task[] posters = [.. Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < Each; i++)
                {
                    inbox.Post(new Call());
                }
            },
            TaskCreationOptions.LongRunning))];
        Task<int> loop = Task.Factory.StartNew(
            () =>
            {
                int count = 0;
                while (count < Threads * Each)
                {
                    count += inbox.Take(TimeSpan.FromHours(1)).Calls.Count;
                }

                return count;
            },
            TaskCreationOptions.LongRunning);

        await Eventually.Ends(Task.WhenAll(posters), "all posts");
        Assert.Equal(Threads * Each, await Eventually.Ends(loop, "all calls being taken"));
    }

    [Fact]
    public void Messages_are_bounded_and_calls_are_not()
    {
        var inbox = new Inbox();
        for (int i = 0; i < Inbox.MaxMessages; i++)
        {
            Assert.True(inbox.TryPost(s_beat));
        }

        Assert.False(inbox.TryPost(s_beat));
        inbox.Post(new Call());
        Assert.Single(inbox.Take(TimeSpan.Zero).Calls);
        Assert.True(inbox.TryPost(s_beat));
    }

    [Fact]
    public void A_call_that_comes_too_late_is_abandoned()
    {
        var inbox = new Inbox();
        Call waiting = new();
        Call late = new();
        inbox.Post(waiting);

        inbox.Close(new InvalidOperationException("over"));
        inbox.Post(late);

        Assert.Equal("over", waiting.Abandoned?.Message);
        Assert.Equal("over", late.Abandoned?.Message);
        Assert.False(inbox.TryPost(s_beat));
    }

    private sealed class Call : LoopCall
    {
        public Exception? Abandoned { get; private set; }

        public override void Abandon(Exception reason) => Abandoned = reason;
    }
}
