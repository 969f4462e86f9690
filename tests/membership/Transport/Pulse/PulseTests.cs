using System.Text;
using Cluster.Transport.Pulse;

namespace Cluster.Transport.Tests.Pulse;

public sealed class PulseTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_goes_over_every_path_and_is_taken_once(bool isSealed)
    {
        using var one = new PulseEnd(1, isSealed);
        using var two = new PulseEnd(2, isSealed, sockets: 2);
        PulsePeer peer = one.Meet(two, two.Ports);
        for (int i = 0; i < 50; i++)
        {
            Assert.True(peer.Send(new TextFrame($"m{i}")));
            await Eventually.Holds(() => two.Hub.Peer(1).Received == 2 * (i + 1), "both datagrams");
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (one.Process, $"m{i}")), two.Taken);
        Assert.Equal(0, two.Hub.Peer(1).Refused);
    }

    [Fact]
    public async Task Each_end_learns_which_of_its_paths_arrive_and_how_long_the_way_is()
    {
        using var one = new PulseEnd(1);
        using var two = new PulseEnd(2, sockets: 2);
        using var second = new Eavesdropper(two.Ports[1]);
        PulsePeer there = one.Meet(two, two.Ports[0], second.Port);
        PulsePeer back = two.Meet(one, one.Ports);
        Assert.False(there.IsEchoed(s_patience));
        await BeatAsync(there, back, () => there.StatusOf(1)?.RoundTrip is not null && there.StatusOf(2)?.RoundTrip is not null, "both paths known");
        Assert.True(there.IsEchoed(TimeSpan.FromMinutes(1)));
        Assert.InRange(there.StatusOf(1)!.Value.RoundTrip!.Value, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(5));
        Assert.False(there.IsSilent(1, s_patience) && there.IsSilent(2, s_patience));

        second.IsCut = true;
        await BeatAsync(there, back, () => there.IsSilent(2, s_patience), "the cut path to be silent");
        Assert.False(there.IsSilent(1, TimeSpan.FromMinutes(1)));
        second.IsCut = false;
        await BeatAsync(there, back, () => !there.IsSilent(2, s_patience), "the mended path to be heard");
    }

    [Fact]
    public async Task An_end_that_stands_still_makes_no_path_silent()
    {
        using var one = new PulseEnd(1);
        using var two = new PulseEnd(2, sockets: 2);
        PulsePeer there = one.Meet(two, two.Ports);
        PulsePeer back = two.Meet(one, one.Ports);
        await BeatAsync(there, back, () => there.IsEchoed(s_patience) && there.StatusOf(2)?.LastEcho is not null, "both paths known");
        for (int i = 0; i < 60; i++)
        {
            there.Send(new TextFrame("x"));
            await Task.Delay(10);
        }

        Assert.False(there.IsEchoed(s_patience));
        Assert.False(there.IsSilent(1, s_patience) || there.IsSilent(2, s_patience));
    }

    [Fact]
    public async Task What_was_heard_before_or_changed_on_the_way_is_not_taken()
    {
        using var one = new PulseEnd(1);
        using var two = new PulseEnd(2);
        using var path = new Eavesdropper(two.Ports[0]);
        PulsePeer peer = one.Meet(two, path.Port);
        peer.Send(new TextFrame("fence nobody"));
        await Eventually.Holds(() => two.Taken.Count == 1, "the message");
        byte[] heard = path.Passed.Single();
        Assert.DoesNotContain("fence", Encoding.Latin1.GetString(heard), StringComparison.Ordinal);

        path.Say(heard);
        for (int at = 0; at < heard.Length; at++)
        {
            byte[] changed = [.. heard];
            changed[at] ^= 0x40;
            path.Say(changed);
        }

        path.Say(heard[..^1]);
        path.Say([]);
        peer.Send(new TextFrame("last"));
        await Eventually.Holds(() => two.Taken.Count == 2, "the last message");
        Assert.Equal(["fence nobody", "last"], two.Taken.Select(taken => taken.Text));
        Assert.True(two.Hub.Peer(1).Refused >= heard.Length - 16, $"{two.Hub.Peer(1).Refused} of {heard.Length} were refused");
        Assert.True(two.Hub.Strangers > 0);
    }

    [Fact]
    public async Task A_receiver_that_begins_anew_takes_nothing_that_its_former_life_may_have_heard()
    {
        using var one = new PulseEnd(1);
        using var two = new PulseEnd(2);
        using var path = new Eavesdropper(two.Ports[0]);
        PulsePeer peer = one.Meet(two, path.Port);
        peer.Send(new TextFrame("old"));
        await Eventually.Holds(() => two.Taken.Count == 1, "the message");

        // As at a restart: nothing is remembered, and the key is told again.
        two.Hub.Peer(1).Dispose();
        one.Meet(two);
        path.Say(path.Passed.Single());
        peer.Send(new TextFrame("new"));
        await Eventually.Holds(() => two.Taken.Count == 2, "the new message");
        Assert.Equal(["old", "new"], two.Taken.Select(taken => taken.Text));
    }

    [Fact]
    public void A_plain_key_is_not_taken_where_pulses_are_sealed_nor_a_sealed_one_where_they_are_plain()
    {
        using var secured = new PulseEnd(1);
        using var plain = new PulseEnd(2, isSealed: false);
        Assert.False(secured.Hub.Peer(2).Accept(plain.Hub.Peer(1).Offer, plain.Process));
        Assert.False(plain.Hub.Peer(1).Accept(secured.Hub.Peer(2).Offer, secured.Process));
    }

    [Fact]
    public async Task A_process_that_is_over_is_not_listened_to_any_more()
    {
        using var one = new PulseEnd(1);
        using var two = new PulseEnd(2);
        PulsePeer peer = one.Meet(two, two.Ports);
        peer.Send(new TextFrame("a"));
        await Eventually.Holds(() => two.Taken.Count == 1, "the message");
        two.Hub.Peer(1).Reconsider(process => process != one.Process);
        peer.Send(new TextFrame("b"));
        await Eventually.Holds(() => two.Hub.Peer(1).Refused == 1, "the refusal");
        Assert.Single(two.Taken);
    }

    [Fact]
    public async Task Neither_sending_nor_taking_allocates()
    {
        using var one = new PulseEnd(1);
        using var two = new PulseEnd(2);
        PulsePeer there = one.Meet(two, two.Ports);
        PulsePeer back = two.Meet(one, one.Ports);
        var frame = new TextFrame("beat");
        long taken = 0;
        long bytesAtFirst = 0;
        long bytesAtLast = 0;
        two.OnReceive = () =>
        {
            back.Send(frame);
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            bytesAtFirst = taken == 100 ? bytes : bytesAtFirst;
            bytesAtLast = bytes;
            Interlocked.Increment(ref taken);
        };
        one.OnReceive = () => { };
        long sending = 0;
        for (int i = 0; i < 1100; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            there.Send(frame);
            sending += i < 100 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
            SpinWait.SpinUntil(() => Interlocked.Read(ref taken) > i, TimeSpan.FromSeconds(1));
        }

        await Eventually.Holds(() => Interlocked.Read(ref taken) >= 1000, "the beats");
        Assert.Equal(0, sending);
        Assert.Equal(bytesAtFirst, bytesAtLast);
    }

    [Fact]
    public async Task The_receiver_is_called_also_when_nothing_comes_and_an_address_may_go()
    {
        using var one = new PulseEnd(1);
        using var two = new PulseEnd(2, sockets: 2);
        int before = two.Idle;
        await Eventually.Holds(() => two.Idle > before + 3, "idle calls");
        PulsePeer peer = one.Meet(two, two.Ports[1]);
        two.Hub.StopListening(two.Hub.EndPoints[0]);
        peer.Send(new TextFrame("x"));
        await Eventually.Holds(() => two.Taken.Count == 1, "a message at the address that is left");
        Assert.False(peer.Send(new TextFrame(new string('x', 1200))));
    }

    private static Task BeatAsync(PulsePeer there, PulsePeer back, Func<bool> until, string what) => Eventually.Holds(
        () =>
        {
            there.Send(new TextFrame("there"));
            back.Send(new TextFrame("back"));
            return until();
        },
        what);
}
