using System.Reflection;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Runtime.Wire;
using Cluster.Transport.Pulse;
using Google.Protobuf;

namespace Cluster.Runtime.Tests.Wire;

public sealed class PeerCodecTests
{
    public static TheoryData<RaftMessageKind> RaftKinds() =>
        [.. Enum.GetValues<RaftMessageKind>().Where(kind => kind != RaftMessageKind.None)];

    public static TheoryData<Type> Kinds() =>
        [.. typeof(MembershipMessage).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(PeerMessage)) && !type.IsAbstract)];

    [Theory]
    [MemberData(nameof(RaftKinds))]
    public void Every_message_of_the_engine_comes_back_as_it_was_sent(RaftMessageKind kind)
    {
        var random = new SplitMix64(42);
        for (int i = 0; i < 300; i++)
        {
            RaftMessage sent = Draw(kind, ref random);

            Assert.True(PeerCodec.TryDecode(PeerCodec.Encode(sent), out RaftMessage received, out PeerMessage? other));

            Assert.Null(other);
            AssertSame(sent, received);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_message_of_the_membership_core_comes_back_as_it_was_sent(Type kind)
    {
        var random = new SplitMix64(42);
        for (int i = 0; i < 300; i++)
        {
            PeerMessage sent = Draw(kind, ref random);

            Assert.True(PeerCodec.TryDecode(PeerCodec.Encode(sent), out RaftMessage raft, out PeerMessage? received));

            Assert.Equal(RaftMessageKind.None, raft.Kind);
            Assert.NotNull(received);
            AssertSame(sent, received);
        }
    }

    /// <summary>Kinds that the links say to each other, of which no core knows: keys of pulses.</summary>
    private const int LinksOwn = 1;

    [Fact]
    public void A_pulse_key_comes_through_and_nothing_else_is_taken_for_one()
    {
        PulseOffer offer = PulseOffer.Draw(isSealed: true) with { First = 77 };
        byte[] bytes = PeerCodec.Encode(new NodeId(1), new NodeId(2), offer);
        PulseOffer read = PeerCodec.TryDecodeOffer(bytes)!;
        Assert.Equal((offer.Id, offer.First), (read.Id, read.First));
        Assert.Equal(offer.Key.ToArray(), read.Key.ToArray());
        Assert.False(PeerCodec.TryDecode(bytes, out _, out _));
        Assert.Null(PeerCodec.TryDecodeOffer(PeerCodec.Encode(new Ping(new NodeId(1), new NodeId(2), new NodeId(1), 3))));
        Assert.Null(PeerCodec.TryDecodeOffer([]));
    }

    [Fact]
    public void There_are_as_many_kinds_on_the_wire_as_in_the_cores() =>
        Assert.Equal(Kinds().Count + RaftKinds().Count, Enum.GetValues<PeerEnvelope.KindOneofCase>().Length - 1 - LinksOwn);

    [Fact]
    public void A_kind_of_a_newer_version_counts_as_lost()
    {
        // Field 999, length-delimited, empty.
        byte[] newer = [.. new PeerEnvelope { FeatureLevel = 9, From = 1, To = 2 }.ToByteArray(), 0xBA, 0x3E, 0x00];

        Assert.False(PeerCodec.TryDecode(newer, out _, out _));
    }

    [Fact]
    public void An_entry_of_an_unknown_kind_makes_the_message_unknown()
    {
        var envelope = new PeerEnvelope { From = 1, To = 2, Term = 3, Append = new Append() };
        envelope.Append.Entries.Add(new Entry { Index = 1, Term = 1, Kind = 4 });

        Assert.False(PeerCodec.TryDecode(envelope.ToByteArray(), out _, out _));
    }

    [Fact]
    public void A_snapshot_of_a_configuration_that_can_not_be_makes_the_message_unknown()
    {
        var envelope = new PeerEnvelope { From = 1, To = 2, Term = 3, SnapshotPart = new SnapshotPart { Snapshot = new SnapshotHead() } };
        envelope.SnapshotPart.Snapshot.Voters.AddRange([1u, 1u]);

        Assert.False(PeerCodec.TryDecode(envelope.ToByteArray(), out _, out _));
        Assert.False(PeerCodec.TryDecode(new PeerEnvelope { SnapshotPart = new SnapshotPart() }.ToByteArray(), out _, out _));
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_understood_but_never_anything_else()
    {
        var random = new SplitMix64(7);
        Type[] kinds = [.. Kinds().Select(row => row.Data)];
        RaftMessageKind[] raftKinds = [.. RaftKinds().Select(row => row.Data)];
        for (int i = 0; i < 5000; i++)
        {
            byte[] bytes = random.Chance(0.5)
                ? PeerCodec.Encode(Draw(kinds[(int)random.Below((ulong)kinds.Length)], ref random))
                : PeerCodec.Encode(Draw(raftKinds[(int)random.Below((ulong)raftKinds.Length)], ref random));
            bytes = bytes[..(int)random.Below((ulong)bytes.Length + 1)];
            for (ulong flips = random.Below(4); flips > 0 && bytes.Length > 0; flips--)
            {
                bytes[(int)random.Below((ulong)bytes.Length)] ^= (byte)(1 << (int)random.Below(8));
            }

            try
            {
                PeerCodec.TryDecode(bytes, out _, out _);
            }
            catch (InvalidProtocolBufferException)
            {
            }
        }
    }

    [Fact]
    public void Only_what_carries_data_is_bulk()
    {
        var random = new SplitMix64(1);
        RaftMessageKind[] bulk =
        [
            RaftMessageKind.AppendRequest,
            RaftMessageKind.AppendResponse,
            RaftMessageKind.SnapshotChunk,
            RaftMessageKind.SnapshotResponse,
            RaftMessageKind.Proposal,
        ];
        foreach (RaftMessageKind kind in RaftKinds().Select(row => row.Data))
        {
            Assert.Equal(!bulk.Contains(kind), PeerCodec.IsUrgent(Draw(kind, ref random)));
        }
    }

    /// <summary>A message as the factory of its kind makes it.</summary>
    internal static RaftMessage Draw(RaftMessageKind kind, ref SplitMix64 random)
    {
        string factory = (kind, random.Chance(0.5)) switch
        {
            (RaftMessageKind.AppendResponse, true) => nameof(RaftMessage.AppendRejection),
            (RaftMessageKind.SnapshotResponse, true) => nameof(RaftMessage.SnapshotInstalled),
            (RaftMessageKind.ReadResponse, true) => nameof(RaftMessage.ReadRefusal),
            _ => kind.ToString(),
        };
        MethodInfo method = typeof(RaftMessage).GetMethod(factory)!;
        RaftMessage drawn = (RaftMessage)method.Invoke(null, DrawValues(method.GetParameters(), ref random))!;
        return drawn with
        {
            Session = random.Below(3),
            Patience = kind is RaftMessageKind.HeartbeatResponse or RaftMessageKind.VoteResponse or RaftMessageKind.PreVoteResponse
                ? TimeSpan.FromMicroseconds((uint)random.Next() >> (int)random.Below(32))
                : drawn.Patience,
            Context = kind is RaftMessageKind.Heartbeat or RaftMessageKind.HeartbeatResponse ? random.Below(3) : drawn.Context,
            IsSuccessor = kind == RaftMessageKind.VoteRequest && random.Chance(0.5),
            Handovers = kind is RaftMessageKind.VoteRequest or RaftMessageKind.Heartbeat ? (uint)random.Below(3) : drawn.Handovers,
        };
    }

    private static PeerMessage Draw(Type kind, ref SplitMix64 random)
    {
        ParameterInfo[] parameters = kind.GetConstructors().Single(each => each.GetParameters().Length > 1).GetParameters();
        return (PeerMessage)Activator.CreateInstance(kind, DrawValues(parameters, ref random))!;
    }

    private static object[] DrawValues(ParameterInfo[] parameters, ref SplitMix64 random)
    {
        object[] values = new object[parameters.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = DrawValue(parameters[i].ParameterType, ref random);
        }

        return values;
    }

    private static object DrawValue(Type type, ref SplitMix64 random)
    {
        // Small and huge numbers alike.
        ulong number = random.Next() >> (int)random.Below(64);
        if (type == typeof(NodeId))
        {
            return new NodeId((uint)number);
        }

        if (type == typeof(bool))
        {
            return random.Chance(0.5);
        }

        if (type == typeof(MonotonicTime))
        {
            return new MonotonicTime(random.Chance(0.1) ? MonotonicTime.DistantPast.Nanoseconds : (long)number);
        }

        if (type == typeof(ReadOnlyMemory<byte>))
        {
            return DrawBytes(ref random);
        }

        if (type == typeof(EntryRange))
        {
            var entries = new LogEntry[random.Below(5)];
            for (int i = 0; i < entries.Length; i++)
            {
                EntryKind entryKind = random.Chance(0.2) ? EntryKind.Barrier : EntryKind.Command;
                entries[i] = new LogEntry(new LogIndex(random.Next()), new Term(random.Next()), entryKind, DrawBytes(ref random));
            }

            return (EntryRange)entries;
        }

        if (type == typeof(SnapshotMeta))
        {
            var configuration = new ClusterConfiguration(
                [new NodeId(1), new NodeId(2)],
                [new NodeId(2), new NodeId(3)],
                [new NodeId(4)],
                votes: random.Chance(0.5) ? null : new Dictionary<NodeId, int> { [new NodeId(2)] = 3 },
                outgoingVotes: random.Chance(0.5) ? null : new Dictionary<NodeId, int> { [new NodeId(3)] = 2 });
            return new SnapshotMeta(
                new LogIndex(number), new Term(random.Next()), configuration, (long)(random.Next() >> 1), (uint)random.Next());
        }

        if (type == typeof(TimeSpan))
        {
            return TimeSpan.FromMicroseconds(number >> 24);
        }

        if (type == typeof(long) || type == typeof(uint))
        {
            return type == typeof(long) ? (long)(number >> 1) : (object)(uint)number;
        }

        return type == typeof(ulong) ? number : Activator.CreateInstance(type, number)!;
    }

    private static ReadOnlyMemory<byte> DrawBytes(ref SplitMix64 random)
    {
        byte[] bytes = new byte[random.Below(100)];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)random.Next();
        }

        return bytes;
    }

    internal static void AssertSame(object sent, object received)
    {
        Assert.Equal(sent.GetType(), received.GetType());
        foreach (PropertyInfo property in sent.GetType().GetProperties().Where(each => each.GetIndexParameters().Length == 0))
        {
            AssertSame(property.GetValue(sent), property.GetValue(received), property.Name);
        }
    }

    private static void AssertSame(object? sent, object? received, string name)
    {
        switch (sent)
        {
            case ReadOnlyMemory<byte> bytes:
                Assert.Equal(bytes.ToArray(), ((ReadOnlyMemory<byte>)received!).ToArray());
                break;
            case EntryRange entries:
                var others = (EntryRange)received!;
                Assert.Equal(entries.Count, others.Count);
                for (int i = 0; i < entries.Count; i++)
                {
                    Assert.Equal(entries[i] with { Payload = default }, others[i] with { Payload = default });
                    AssertSame(entries[i].Payload, others[i].Payload, name);
                }

                break;
            default:
                Assert.True(Equals(sent, received), $"{name}: {sent} became {received}");
                break;
        }
    }
}
