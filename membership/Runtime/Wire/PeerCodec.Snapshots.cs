using Cluster.Consensus;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Cluster.Runtime.Wire;

// Snapshots of the consensus engine.
internal static partial class PeerCodec
{
    private static SnapshotPart ToPart(in RaftMessage message)
    {
        SnapshotMeta meta = message.Snapshot ?? throw new ArgumentException("a part of a snapshot was to be sent that does not say of which");
        var head = new SnapshotHead
        {
            Index = meta.Index.Value,
            Term = meta.Term.Value,
            Bytes = (ulong)meta.Bytes,
            Checksum = meta.Checksum,
        };
        Put(head.Voters, meta.Configuration.Voters);
        Put(head.OutgoingVoters, meta.Configuration.OutgoingVoters);
        Put(head.Learners, meta.Configuration.Learners);
        Put(head.LearnersNext, meta.Configuration.LearnersNext);
        head.Votes.AddRange(ConfigurationCodec.VoteNumbers(meta.Configuration.Votes));
        head.OutgoingVotes.AddRange(ConfigurationCodec.VoteNumbers(meta.Configuration.OutgoingVotes));
        return new SnapshotPart
        {
            Snapshot = head,
            Offer = message.Context,
            Offset = (ulong)message.Offset,
            Data = UnsafeByteOperations.UnsafeWrap(message.Data),
            Checksum = message.Checksum,
        };
    }

    private static SnapshotAnswer ToAnswer(in RaftMessage message) => new()
    {
        Behind = message.Rejected,
        Installed = message.Granted,
        Index = message.Index.Value,
        Received = (ulong)message.Offset,
        Offer = message.Context,
    };

    /// <summary>A snapshot of a configuration that can't be makes the whole message unknown.</summary>
    private static RaftMessage PartFrom(SnapshotPart part, NodeId from, NodeId to, Term term)
    {
        if (part.Snapshot is not { } head || ConfigurationFrom(head) is not { } configuration)
        {
            return default;
        }

        var meta = new SnapshotMeta(
            new LogIndex(head.Index), new Term(head.Term), configuration, (long)head.Bytes, head.Checksum);
        return RaftMessage.SnapshotChunk(from, to, term, meta, part.Offer, (long)part.Offset, part.Data.Memory, part.Checksum);
    }

    private static RaftMessage SnapshotAnswerFrom(SnapshotAnswer answer, NodeId from, NodeId to, Term term) =>
        RaftMessage.SnapshotResponse(from, to, term, answer.Offer, (long)answer.Received, answer.Behind) with
        {
            Granted = answer.Installed,
            Index = new LogIndex(answer.Index),
        };

    private static ClusterConfiguration? ConfigurationFrom(SnapshotHead head)
    {
        try
        {
            return new ClusterConfiguration(
                Nodes(head.Voters),
                Nodes(head.OutgoingVoters),
                Nodes(head.Learners),
                Nodes(head.LearnersNext),
                ConfigurationCodec.VotesOf(head.Voters, head.Votes),
                ConfigurationCodec.VotesOf(head.OutgoingVoters, head.OutgoingVotes));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static void Put(RepeatedField<uint> target, IEnumerable<NodeId> nodes)
    {
        foreach (NodeId node in nodes)
        {
            target.Add(node.Value);
        }
    }

    private static IEnumerable<NodeId> Nodes(RepeatedField<uint> numbers) => numbers.Select(number => new NodeId(number));
}
