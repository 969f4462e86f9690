using Cluster.Consensus.Protocol;
using Google.Protobuf;

namespace Cluster.Consensus;

/// <summary>Between a <see cref="ClusterConfiguration"/> and its bytes in entries and snapshots (consensus.proto).</summary>
public static class ConfigurationCodec
{
    /// <summary>The bytes; equal configurations give equal bytes.</summary>
    public static byte[] Encode(ClusterConfiguration configuration)
    {
        var record = new ConfigurationRecord();
        record.Voters.AddRange(configuration.Voters.Select(node => node.Value));
        record.OutgoingVoters.AddRange(configuration.OutgoingVoters.Select(node => node.Value));
        record.Learners.AddRange(configuration.Learners.Select(node => node.Value));
        record.LearnersNext.AddRange(configuration.LearnersNext.Select(node => node.Value));
        return record.ToByteArray();
    }

    /// <summary>The configuration that the bytes stand for.</summary>
    /// <returns>False when they are none, or one whose sets contradict each other.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out ClusterConfiguration configuration)
    {
        try
        {
            ConfigurationRecord record = ConfigurationRecord.Parser.ParseFrom(bytes);
            configuration = new ClusterConfiguration(
                Nodes(record.Voters), Nodes(record.OutgoingVoters), Nodes(record.Learners), Nodes(record.LearnersNext));
            return true;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException)
        {
            configuration = ClusterConfiguration.Empty;
            return false;
        }
    }

    private static IEnumerable<NodeId> Nodes(IEnumerable<uint> numbers) => numbers.Select(number => new NodeId(number));
}
