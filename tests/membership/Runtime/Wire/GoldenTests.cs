using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Runtime.Wire;
using Cluster.Tests.Support.Golden;
using Cluster.Transport.Pulse;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Cluster.Runtime.Tests.Wire;

/// <summary>What daemons of every version say to each other (see <see cref="GoldenFolder"/>).</summary>
public sealed class GoldenTests
{
    private const string File = "peer.txt";
    private static readonly GoldenFolder s_golden = GoldenFolder.Here();

    public static TheoryData<uint> Versions() => [.. s_golden.VersionsOf(File)];

    [Theory]
    [MemberData(nameof(Versions))]
    public void What_a_version_sent_is_understood(uint version)
    {
        foreach ((string kind, IMessage message, string meant) in GoldenMessages.Read(PeerEnvelope.Descriptor, s_golden.Read(version, File)))
        {
            Assert.Equal((kind, meant), (kind, JsonFormatter.Default.Format(message)));
            AssertCarried((PeerEnvelope)message);
        }
    }

    [Fact]
    public void This_version_sends_what_it_sent() => Assert.Null(s_golden.Hold(
        FeatureLevels.Understood, File, GoldenMessages.Lines(SampleMessage.AllKinds(PeerEnvelope.Descriptor, Choose))));

    /// <summary>What is not free: the kinds of entries are numbers of the log's own, and only voters that leave become learners.</summary>
    private static object? Choose(FieldDescriptor field, int copy) => field.FullName switch
    {
        "cluster.peer.Entry.kind" => 2U,
        "cluster.peer.PeerEnvelope.feature_level" => FeatureLevels.Understood,

        // Durations are whole ticks.
        "cluster.peer.LeaseGiven.duration_ns" => 700_000_000L,
        "cluster.peer.SnapshotHead.outgoing_voters" or "cluster.peer.SnapshotHead.learners_next" => 500U + (uint)copy,
        "cluster.peer.SnapshotHead.votes" or "cluster.peer.SnapshotHead.outgoing_votes" => 2U + (uint)copy,
        _ => null,
    };

    /// <summary>Nothing of a message is lost on its way through the core's form.</summary>
    private static void AssertCarried(PeerEnvelope envelope)
    {
        if (envelope.PulseKey is { } key)
        {
            var offer = new PulseOffer(key.Id, key.Key.Memory, key.First);
            Assert.Equal(key, PeerEnvelope.Parser.ParseFrom(PeerCodec.Encode(new NodeId(envelope.From), new NodeId(envelope.To), offer)).PulseKey);
            return;
        }

        Assert.True(PeerCodec.TryDecode(envelope.ToByteArray(), out RaftMessage raft, out PeerMessage? other));
        PeerEnvelope again = PeerEnvelope.Parser.ParseFrom(other is null ? PeerCodec.Encode(raft) : PeerCodec.Encode(other));
        again.FeatureLevel = envelope.FeatureLevel;

        // Not every kind has a term; only the engine's have a session.
        again.Term = again.Term == 0 ? envelope.Term : again.Term;
        again.Session = other is null ? again.Session : envelope.Session;

        Assert.Equal(envelope, again);
    }
}
