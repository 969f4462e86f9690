using Cluster.Consensus;
using Cluster.Runtime.Wire;

namespace Cluster.Runtime.Tests.Wire;

/// <summary>The hand-written form of the frequent messages against the generated code: one wire form, one meaning.</summary>
public sealed class RaftFrameTests
{
    public static TheoryData<RaftMessageKind> FrequentKinds() =>
    [
        RaftMessageKind.AppendRequest,
        RaftMessageKind.AppendResponse,
        RaftMessageKind.Heartbeat,
        RaftMessageKind.HeartbeatResponse,
    ];

    [Theory]
    [MemberData(nameof(FrequentKinds))]
    public void It_writes_the_bytes_of_the_generated_code(RaftMessageKind kind)
    {
        var random = new SplitMix64(17);
        for (int i = 0; i < 1000; i++)
        {
            RaftMessage message = PeerCodecTests.Draw(kind, ref random);

            Assert.Equal(PeerCodec.Encode(message), Written(message));
        }
    }

    [Theory]
    [MemberData(nameof(FrequentKinds))]
    public void It_reads_what_the_generated_code_reads(RaftMessageKind kind)
    {
        var random = new SplitMix64(18);
        int plain = 0;
        for (int i = 0; i < 1000; i++)
        {
            RaftMessage message = PeerCodecTests.Draw(kind, ref random);

            // Numbers above 2^63 are left to the generated code.
            if (RaftFrameReader.TryRead(PeerCodec.Encode(message), out RaftMessage read))
            {
                plain++;
                PeerCodecTests.AssertSame(message, read);
            }
        }

        Assert.True(plain > 100, $"only {plain} of 1000 messages were read");
    }

    [Fact]
    public void What_it_reads_of_damaged_bytes_has_the_same_meaning_to_the_generated_code()
    {
        var random = new SplitMix64(19);
        RaftMessageKind[] kinds = [.. FrequentKinds().Select(row => row.Data)];
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = PeerCodec.Encode(PeerCodecTests.Draw(kinds[(int)random.Below((ulong)kinds.Length)], ref random));
            for (ulong flips = random.Below(3); flips > 0; flips--)
            {
                bytes[(int)random.Below((ulong)bytes.Length)] ^= (byte)(1 << (int)random.Below(8));
            }

            bytes = random.Chance(0.2) ? [.. bytes, .. bytes] : bytes;
            if (RaftFrameReader.TryRead(bytes, out RaftMessage message))
            {
                read++;
                Assert.True(PeerCodec.TryDecode(bytes, out RaftMessage expected, out _));
                PeerCodecTests.AssertSame(expected, message);
            }
        }

        Assert.True(read > 100, $"only {read} messages were read");
    }

    [Fact]
    public void Rare_messages_are_left_to_the_generated_code()
    {
        RaftMessage ask = RaftMessage.VoteRequest(new NodeId(1), new NodeId(2), new Term(3), new LogIndex(4), new Term(3));

        Assert.Null(RaftFrame.TryMake(ask));
        Assert.False(RaftFrameReader.TryRead(PeerCodec.Encode(ask), out _));
    }

    private static byte[] Written(in RaftMessage message)
    {
        RaftFrame frame = RaftFrame.TryMake(message)!;
        byte[] bytes = new byte[frame.Length];
        frame.Write(bytes);
        return bytes;
    }
}
