using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cluster.Api.Server.Events;
using Cluster.Api.Server.Tests.Support;
using Cluster.Membership;
using Cluster.Tests.Support.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cluster.Api.Server.Tests;

/// <summary>Slow readers never slow the core, nor each other.</summary>
public sealed class EventFanOutTests(ITestOutputHelper output)
{
    /// <summary>So little that a reader is behind soon.</summary>
    private const int Backlog = 128 * 1024;

    private const int SmallReceiveBuffer = 4096;

    [Fact]
    public async Task A_thousand_stalled_readers_hold_up_neither_the_core_nor_a_reader_that_reads_and_lose_nothing()
    {
        const int Stalled = 1000;
        const int Events = 3000;
        await using ApiFixture api = await ApiFixture.StartAsync(limits: ApiFixture.ShortLimits with { StreamBacklogBytes = Backlog });
        api.Cluster.EmitDown(1);
        EndPoint server = Server(api);
        await using SseFan stalled = await SseFan.OpenAsync(server, Stalled, "/v1/events?after=now", reading: false, SmallReceiveBuffer);
        await using SseFanReader first = await SseFanReader.OpenAsync(server, "/v1/events?after=now", SmallReceiveBuffer, keepIds: true);
        await using SseFan fast = await SseFan.OpenAsync(server, 1, "/v1/events?after=now");
        long before = GC.GetTotalMemory(forceFullCollection: true);

        // The core: it hands out events and waits for nobody. The fast reader keeps pace in steps that fit into what is kept.
        var inCore = new Stopwatch();
        var all = Stopwatch.StartNew();
        for (ulong index = 2; index < 2 + Events;)
        {
            inCore.Start();
            for (int step = 0; step < 100; step++)
            {
                api.Cluster.EmitDown(index++);
            }

            inCore.Stop();
            await fast.SeenByAllAsync($"{index - 1}.1");
        }

        all.Stop();
        Assert.Equal(Events, fast.Readers[0].Events);
        EventHub hub = api.Services.GetRequiredService<EventHub>();
        Assert.True(hub.Kept.First > Events / 2, "nothing was pushed out: the readers were not stalled long enough for this test");
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Stalled;
        output.WriteLine($"{Events} events beside {Stalled} stalled readers: in the core {inCore.Elapsed.TotalMilliseconds:f1} ms, "
            + $"until the fast reader had all {all.Elapsed.TotalMilliseconds:f0} ms; {each} bytes of managed memory a stalled reader");
        Assert.InRange(each, long.MinValue, 128 * 1024);

        // One of the stalled begins to read: what it got is whole, then it is told where to go on, and going on there loses nothing.
        first.Read();
        await Eventually.Ends(first.Ended, "the stream of a reader that is behind to end");
        Assert.Equal("behind", first.LastName);
        Assert.Equal(first.Ids[^1], first.LastId);
        await using SseFanReader resumed = await SseFanReader.OpenAsync(server, "/v1/events", keepIds: true, lastEventId: first.LastId);
        resumed.Read();
        string last = $"{Events + 1}.1";
        await Eventually.Holds(() => resumed.LastId == last, "the rest");
        Assert.Equal(
            Enumerable.Range(2, Events).Select(index => $"{index}.1"),
            first.Ids.Concat(resumed.Ids));
        Assert.Equal(1, hub.Behind);
    }

    [Fact]
    public async Task A_reader_that_never_reads_is_cut_in_the_end()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(
            limits: ApiFixture.ShortLimits with { StreamBacklogBytes = Backlog, StallLimit = TimeSpan.FromMilliseconds(200) });
        await using SseFan stalled = await SseFan.OpenAsync(Server(api), 5, "/v1/events?after=now", reading: false, SmallReceiveBuffer);
        EventHub hub = api.Services.GetRequiredService<EventHub>();
        ulong index = 1;
        await Eventually.Holds(
            () =>
            {
                for (int i = 0; i < 50; i++)
                {
                    api.Cluster.EmitDown(index++);
                }

                return hub.Stalled == 5;
            },
            "all stalled readers to be cut");
        await Eventually.Holds(() => api.Services.GetRequiredService<StreamGate>().Open == 0, "their places to be free");
    }

    [Fact]
    public async Task An_event_is_encoded_once_for_all_streams()
    {
        var cluster = new FakeCluster();
        await using var hub = new EventHub(cluster, ApiFixture.ShortLimits, NullLogger<EventHub>.Instance);
        EventSubscriber[] two = [new(EventPosition.Start, () => { }), new(EventPosition.Start, () => { })];
        var frames = new List<ReadOnlyMemory<byte>>();
        foreach (EventSubscriber each in two)
        {
            await hub.EnterAsync(each, CancellationToken.None);
            Assert.True(hub.TryPlace(each));
        }

        long before = hub.Kept.Next;
        cluster.EmitDown(5);
        await Eventually.Holds(() => hub.Kept.Next == before + 1, "the event");
        byte[][] arrays = [.. two.Select(each =>
        {
            Assert.Equal(EventHub.Found.Frames, hub.Take(each, frames, 10));
            Assert.True(MemoryMarshal.TryGetArray(Assert.Single(frames), out ArraySegment<byte> array));
            return array.Array!;
        })];
        Assert.Same(arrays[0], arrays[1]);
        Array.ForEach(two, hub.Leave);
    }

    [Fact]
    public async Task Streams_are_told_of_a_gap_when_the_node_itself_lost_the_thread()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Cluster.EmitDown(5);
        await using SseReader stream = await SseReader.OpenAsync(api.Client, "/v1/events");
        Assert.Equal("5.1", (await stream.NextAsync()).Id);
        EventHub hub = api.Services.GetRequiredService<EventHub>();
        long before = hub.Kept.Next;
        api.Cluster.EmitDown(6);
        Assert.Equal("6.1", (await stream.NextAsync()).Id);
        await Eventually.Holds(() => hub.Kept.Next > before, "the hub to bring it");

        // A snapshot replaced the node's state: nobody here knows what was between.
        api.Cluster.DroppedThrough = new EventPosition(20, 3);
        api.Cluster.EmitDown(21);
        SseEvent reset = await stream.NextAsync();
        Assert.Equal(("reset", "21.1"), (reset.Event, reset.Id));
        api.Cluster.EmitDown(22);
        Assert.Equal("22.1", (await stream.NextAsync()).Id);
    }

    [Fact]
    public async Task A_reader_whose_position_this_node_has_not_reached_sees_nothing_twice()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        await using SseReader stream = await SseReader.OpenAsync(api.Client, "/v1/events", "7.1");
        api.Cluster.EmitDown(6);
        api.Cluster.EmitDown(7);
        api.Cluster.EmitDown(8);
        Assert.Equal("8.1", (await stream.NextAsync()).Id);
    }

    /// <summary>Figures for any number of readers: <c>CLUSTER_STREAMS=10000</c>; 300 without it, as a test.</summary>
    [Fact]
    public async Task Many_readers_all_see_every_event_and_the_figures_are_printed()
    {
        int readers = int.Parse(Environment.GetEnvironmentVariable("CLUSTER_STREAMS") ?? "300", CultureInfo.InvariantCulture);
        await using ApiFixture api = await ApiFixture.StartAsync();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await using SseFan fan = await SseFan.OpenAsync(new UnixDomainSocketEndPoint(api.SocketPath), readers, "/v1/events?after=now");
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / readers;
        List<double> delays = [];
        for (ulong index = 1; index <= 10; index++)
        {
            long at = Stopwatch.GetTimestamp();
            api.Cluster.EmitDown(index);
            delays.AddRange((await fan.SeenByAllAsync($"{index}.1")).Select(seen => Stopwatch.GetElapsedTime(at, seen).TotalMilliseconds));
        }

        delays.Sort();
        Assert.All(fan.Readers, reader => Assert.Equal(10, reader.Events));
        output.WriteLine($"{readers} readers (both ends in this process, {each} bytes of managed memory each): event seen after "
            + $"{delays[delays.Count / 2]:f1} ms (median), {delays[delays.Count * 99 / 100]:f1} ms (p99), {delays[^1]:f1} ms (worst)");
    }

    private static IPEndPoint Server(ApiFixture api) => new(IPAddress.Loopback, api.Address.Port);
}
