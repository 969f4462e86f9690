using Cluster.Consensus;
using Cluster.Runtime.Loop;

namespace Cluster.Runtime.Tests.Parts;

public sealed class CoreLoopTests
{
    private static readonly RaftMessage s_beat =
        RaftMessage.Heartbeat(new NodeId(1), new NodeId(2), new Term(1), MonotonicTime.DistantPast, LogIndex.Zero, LogIndex.Zero);

    [Fact]
    public async Task Whoever_runs_the_core_is_alone_with_it_and_nothing_is_left_out()
    {
        const int Threads = 4;
        const int Each = 5000;
        var inbox = new Inbox();
        var core = new CountingCore();
        CoreLoop loop = Start(core, inbox, TimeSpan.FromMilliseconds(1));
        Task[] posters = [.. Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < Each; i++)
                {
                    inbox.TryPost(s_beat);
                    inbox.PostPersisted(1);
                    inbox.Post(new Call());
                    if (i % 16 == 0)
                    {
                        // Lets the loop fall asleep, so that the next one visits.
                        Thread.Sleep(1);
                    }
                }
            },
            TaskCreationOptions.LongRunning))];
        await Eventually.Ends(Task.WhenAll(posters), "all posts");
        await Eventually.Holds(
            () => Volatile.Read(ref core.Messages) == Threads * Each && Volatile.Read(ref core.Calls) == Threads * Each,
            "every input",
            () => $"{core.Messages} messages and {core.Calls} calls of {Threads * Each}");
        loop.Stop(new InvalidOperationException("over"));
        Assert.False(core.Overlapped, "two threads ran the core at once");
        Assert.True(core.Visits > 0, "nobody visited");
    }

    [Fact]
    public async Task A_message_that_finds_the_loop_asleep_is_handled_by_the_thread_that_brings_it()
    {
        var inbox = new Inbox();
        var core = new CountingCore();
        CoreLoop loop = Start(core, inbox, TimeSpan.FromHours(1));
        await Eventually.Holds(
            () =>
            {
                inbox.TryPost(s_beat);
                return core.Visits > 0;
            },
            "a visit");
        loop.Stop(new InvalidOperationException("over"));
    }

    [Fact]
    public async Task A_call_is_never_run_by_the_thread_that_makes_it_when_the_loop_sleeps()
    {
        var inbox = new Inbox();
        var core = new CountingCore();
        CoreLoop loop = Start(core, inbox, TimeSpan.FromHours(1));
        for (int i = 1; i <= 20; i++)
        {
            inbox.Post(new Call());
            await Eventually.Holds(() => Volatile.Read(ref core.Calls) == i, "the call");
        }

        Assert.Equal(0, core.Visits);
        loop.Stop(new InvalidOperationException("over"));
    }

    [Fact]
    public async Task A_core_that_fails_under_a_visitor_is_not_called_again_and_all_who_wait_are_told()
    {
        var inbox = new Inbox();
        var core = new CountingCore { FailsOnMessage = true };
        var failed = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var loop = new CoreLoop(core, inbox, TimeSpan.FromHours(1), TimeSpan.FromHours(2), new StallBoard(), _ => { }, failed.SetResult);
        loop.Start();
        inbox.TryPost(s_beat);
        Exception reason = await Eventually.Ends(failed.Task, "the failure");
        Assert.Equal("broken", reason.Message);
        loop.Stop(new InvalidOperationException("over"));
        Call late = new();
        inbox.Post(late);
        Assert.NotNull(late.Abandoned);
        Assert.Equal(1, core.Messages);
        Assert.True(core.WasAbandoned);
    }

    [Fact]
    public async Task Stopping_amid_a_storm_abandons_every_call_that_was_not_run()
    {
        for (int round = 0; round < 50; round++)
        {
            var inbox = new Inbox();
            var core = new CountingCore();
            CoreLoop loop = Start(core, inbox, TimeSpan.FromMilliseconds(1));
            List<Call> calls = [.. Enumerable.Range(0, 300).Select(_ => new Call())];
            Task caller = Task.Factory.StartNew(() => calls.ForEach(inbox.Post), TaskCreationOptions.LongRunning);
            Task visitor = Task.Factory.StartNew(
                () =>
                {
                    for (int i = 0; i < 300; i++)
                    {
                        inbox.TryPost(s_beat);
                    }
                },
                TaskCreationOptions.LongRunning);
            loop.Stop(new InvalidOperationException("over"));
            await Eventually.Ends(Task.WhenAll(caller, visitor), "the posts");
            Assert.All(calls, call => Assert.True(call.WasRun != (call.Abandoned is not null)));
        }
    }

    private static CoreLoop Start(CountingCore core, Inbox inbox, TimeSpan tick)
    {
        var loop = new CoreLoop(core, inbox, tick, TimeSpan.FromHours(2), new StallBoard(), _ => { }, e => throw new InvalidOperationException("failed", e));
        loop.Start();
        return loop;
    }

    private sealed class Call : LoopCall
    {
        public bool WasRun { get; set; }

        public Exception? Abandoned { get; private set; }

        public override void Abandon(Exception reason) => Abandoned = reason;
    }

    /// <summary>Counts its inputs and notices company.</summary>
    private sealed class CountingCore : ILoopCore
    {
        public int Messages;
        public int Calls;
        private int _inside;
        private int _visits;

        public bool FailsOnMessage { get; init; }

        public bool Overlapped { get; private set; }

        public bool WasAbandoned { get; private set; }

        public int Visits => Volatile.Read(ref _visits);

        public MonotonicTime TickDue => MonotonicTime.DistantFuture;

        public void Tick(MonotonicTime now) => Enter(() => { });

        public void Persisted(ulong ticket, MonotonicTime now) => Enter(() => { });

        public void Receive(in RaftMessage message, MonotonicTime now) => Enter(() =>
        {
            Messages++;
            if (FailsOnMessage)
            {
                throw new InvalidOperationException("broken");
            }
        });

        public void Receive(PeerMessage message, MonotonicTime now) => Enter(() => { });

        public void Run(LoopCall call, MonotonicTime now) => Enter(() =>
        {
            Calls++;
            ((Call)call).WasRun = true;
        });

        public void EndBatch(MonotonicTime now) => Enter(() =>
        {
            if (Thread.CurrentThread.Name != "cluster loop")
            {
                _visits++;
            }
        });

        public void Abandon(Exception reason) => WasAbandoned = true;

        private void Enter(Action input)
        {
            Overlapped |= Interlocked.Increment(ref _inside) != 1;
            try
            {
                input();
            }
            finally
            {
                Interlocked.Decrement(ref _inside);
            }
        }
    }
}
