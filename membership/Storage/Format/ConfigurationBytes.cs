using Cluster.Consensus;
using Cluster.Storage.Records;
using Google.Protobuf;

namespace Cluster.Storage.Format;

/// <summary>A cluster configuration as a snapshot file has it.</summary>
internal static class ConfigurationBytes
{
    /// <summary>Equal configurations give equal bytes.</summary>
    public static ByteString Of(ClusterConfiguration configuration)
    {
        var record = new ConfigurationRecord();
        record.Voters.AddRange(configuration.Voters.Select(node => node.Value));
        record.OutgoingVoters.AddRange(configuration.OutgoingVoters.Select(node => node.Value));
        record.Learners.AddRange(configuration.Learners.Select(node => node.Value));
        record.LearnersNext.AddRange(configuration.LearnersNext.Select(node => node.Value));
        record.Votes.AddRange(ConfigurationCodec.VoteNumbers(configuration.Votes));
        record.OutgoingVotes.AddRange(ConfigurationCodec.VoteNumbers(configuration.OutgoingVotes));
        return record.ToByteString();
    }

    /// <summary>The check that stands in the log.</summary>
    public static uint CheckOf(ClusterConfiguration configuration) => Crc32C.Of(Of(configuration).Span);

    /// <summary>Reads the bytes.</summary>
    /// <exception cref="InvalidProtocolBufferException">They are none.</exception>
    public static ClusterConfiguration Read(ByteString bytes)
    {
        ConfigurationRecord record = ConfigurationRecord.Parser.ParseFrom(bytes);
        return new ClusterConfiguration(
            Nodes(record.Voters),
            Nodes(record.OutgoingVoters),
            Nodes(record.Learners),
            Nodes(record.LearnersNext),
            ConfigurationCodec.VotesOf(record.Voters, record.Votes),
            ConfigurationCodec.VotesOf(record.OutgoingVoters, record.OutgoingVotes));
    }

    private static NodeId[] Nodes(IEnumerable<uint> values) => [.. values.Select(value => new NodeId(value))];
}
