using Cluster.Consensus;
using Cluster.Locks.Mastering.Wire;
using Cluster.Membership;

namespace Cluster.Locks.Mastering.Tests;

public sealed class LockMessageCodecTests
{
    private static readonly ResourceName Name = ResourceName.Create("inode/é/42");
    private static readonly FencingToken Token = FencingToken.Compose(new Generation(7), 9);

    private static readonly LockMessageBody[] Bodies =
    [
        new LockMessageBody.Lookup(Name),
        new LockMessageBody.MasterIs(Name, new MemberId(5), 77),
        new LockMessageBody.Forget(Name, FencingToken.MaxCounter),
        new LockMessageBody.Request(Name, 3, 1, LockMode.EX, LockFlags.NoQueue | LockFlags.NoDlckWt),
        new LockMessageBody.Convert(3, 2, LockMode.NL, LockFlags.None),
        new LockMessageBody.Cancel(3, 2),
        new LockMessageBody.Unlock(ulong.MaxValue),
        new LockMessageBody.Completed(3, 2, LockStatus.Deadlock, LockMode.PW, Token, true),
        new LockMessageBody.NotMaster(3, 1),
        new LockMessageBody.Blocking(3, LockMode.CW),
        new LockMessageBody.PhaseDone(RecoveryPhase.Locks, new Generation(6), new Generation(8)),
    ];

    [Fact]
    public void Every_kind_of_message_comes_back_as_it_was()
    {
        foreach (LockMessageBody body in Bodies)
        {
            var message = new LockMessage(new Generation(4), 12, 34, body);
            Assert.Equal(message, LockMessageCodec.Decode(LockMessageCodec.Encode(message)));
        }

        var bare = new LockMessage(new Generation(4), 0, 34, null);
        Assert.Equal(bare, LockMessageCodec.Decode(LockMessageCodec.Encode(bare)));
    }

    [Fact]
    public void Batches_come_back_as_they_were()
    {
        AdoptedLock[] locks =
        [
            new(Name, 1, LockMode.PR, Token, 1, null, LockFlags.None),
            new(Name, 2, LockMode.NL, Token, 4, LockMode.NL, LockFlags.QueCvt),
        ];
        var holding = (LockMessageBody.Holding)RoundTrip(new LockMessageBody.Holding(locks));
        Assert.Equal(locks, holding.Locks);
        ResourceName[] names = [Name, ResourceName.Create("x")];
        var mastered = (LockMessageBody.Mastered)RoundTrip(new LockMessageBody.Mastered(names));
        Assert.Equal(names, mastered.Resources);
    }

    [Fact]
    public void The_greatest_batch_fits_the_longest_message_and_a_greater_one_is_refused()
    {
        var longest = ResourceName.Create(new string('x', ResourceName.MaxBytes));
        var one = new AdoptedLock(longest, ulong.MaxValue, LockMode.PR, new FencingToken(ulong.MaxValue), uint.MaxValue, LockMode.EX, LockFlags.NoDlckWt);
        AdoptedLock[] most = [.. Enumerable.Repeat(one, LockMessageCodec.MaxBatch)];
        var message = new LockMessage(new Generation(ulong.MaxValue), ulong.MaxValue, ulong.MaxValue, new LockMessageBody.Holding(most));
        byte[] bytes = LockMessageCodec.Encode(message);
        Assert.InRange(bytes.Length, 1, LockMessageCodec.MaxMessageBytes);
        Assert.Equal(most.Length, ((LockMessageBody.Holding)LockMessageCodec.Decode(bytes).Body!).Locks.Count);
        var tooMany = new LockMessageBody.Holding([.. most, one]);
        Assert.Throws<InvalidOperationException>(() => LockMessageCodec.Encode(message with { Body = tooMany }));
    }

    [Fact]
    public void Values_out_of_their_bounds_are_refused_by_name()
    {
        Refused(new LockMessageBody.Request(Name, 3, 1, (LockMode)6, LockFlags.None), "mode 6");
        Refused(new LockMessageBody.Request(Name, 3, 1, LockMode.NL, (LockFlags)0x100), "set of flags 256");
        Refused(new LockMessageBody.Request(default, 3, 1, LockMode.NL, LockFlags.None), "resource name");
        Refused(new LockMessageBody.Request(Name, 0, 1, LockMode.NL, LockFlags.None), "number 0");
        Refused(new LockMessageBody.Request(Name, 3, 0, LockMode.NL, LockFlags.None), "operation 0");
        Refused(new LockMessageBody.Completed(3, 2, LockStatus.Lost, LockMode.PW, Token, false), "status 4");
        Refused(new LockMessageBody.MasterIs(Name, MemberId.None, 0), "master 0");
        Refused(new LockMessageBody.Forget(Name, FencingToken.MaxCounter + 1), "token counter");
        Refused(new LockMessageBody.PhaseDone(RecoveryPhase.None, default, default), "recovery phase 0");
        Assert.Throws<LockMessageFormatException>(() => LockMessageCodec.Decode(LockMessageCodec.Encode(new LockMessage(default, 0, 0, Bodies[0]))));
        Assert.Throws<LockMessageFormatException>(() => LockMessageCodec.Decode(LockMessageCodec.Encode(new LockMessage(default, 1, 0, null))));
        Assert.Throws<LockMessageFormatException>(() => LockMessageCodec.Decode(new byte[LockMessageCodec.MaxMessageBytes + 1]));
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_read_as_some_message_and_nothing_else_happens()
    {
        var random = new SplitMix64(42);
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = LockMessageCodec.Encode(new LockMessage(new Generation(4), 12, 34, Bodies[(int)random.Below((ulong)Bodies.Length)]));
            for (ulong hits = 1 + random.Below(4); hits > 0; hits--)
            {
                bytes[(int)random.Below((ulong)bytes.Length)] = (byte)random.Next();
            }

            try
            {
                LockMessageCodec.Decode(bytes.AsSpan(0, (int)random.Below((ulong)bytes.Length + 1)));
            }
            catch (LockMessageFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 19_999);
    }

    private static void Refused(LockMessageBody body, string what)
    {
        byte[] bytes = LockMessageCodec.Encode(new LockMessage(new Generation(1), 1, 0, body));
        LockMessageFormatException refused = Assert.Throws<LockMessageFormatException>(() => LockMessageCodec.Decode(bytes));
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    private static LockMessageBody RoundTrip(LockMessageBody body) =>
        LockMessageCodec.Decode(LockMessageCodec.Encode(new LockMessage(new Generation(1), 1, 0, body))).Body!;
}
