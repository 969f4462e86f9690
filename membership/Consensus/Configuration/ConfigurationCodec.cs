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
        record.Votes.AddRange(VoteNumbers(configuration.Votes));
        record.OutgoingVotes.AddRange(VoteNumbers(configuration.OutgoingVotes));
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
                Nodes(record.Voters),
                Nodes(record.OutgoingVoters),
                Nodes(record.Learners),
                Nodes(record.LearnersNext),
                VotesOf(record.Voters, record.Votes),
                VotesOf(record.OutgoingVoters, record.OutgoingVotes));
            return true;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException)
        {
            configuration = ClusterConfiguration.Empty;
            return false;
        }
    }

    /// <summary>
    /// What the votes of one half count, as all encodings of configurations have it: one number a voter, in their order, or none when
    /// every vote counts one, which is how configurations were written before votes had weights.
    /// </summary>
    public static IEnumerable<uint> VoteNumbers(IReadOnlyList<int> votes) =>
        votes.All(static count => count == 1) ? [] : votes.Select(static count => (uint)count);

    /// <summary>The reverse of <see cref="VoteNumbers"/>.</summary>
    /// <param name="voters">The numbers of the voters of one half.</param>
    /// <param name="numbers">What their votes count, in the same order; none when every vote counts one.</param>
    /// <returns>For the constructor of <see cref="ClusterConfiguration"/>.</returns>
    /// <exception cref="ArgumentException">They do not fit together.</exception>
    public static IReadOnlyDictionary<NodeId, int>? VotesOf(IReadOnlyList<uint> voters, IReadOnlyList<uint> numbers)
    {
        if (numbers.Count == 0)
        {
            return null;
        }

        if (numbers.Count != voters.Count)
        {
            throw new ArgumentException($"the configuration names {voters.Count} voters, but the votes of {numbers.Count}");
        }

        var votes = new Dictionary<NodeId, int>();
        for (int i = 0; i < voters.Count; i++)
        {
            votes[new NodeId(voters[i])] = (int)Math.Min(numbers[i], int.MaxValue);
        }

        return votes;
    }

    private static IEnumerable<NodeId> Nodes(IEnumerable<uint> numbers) => numbers.Select(number => new NodeId(number));
}
