using Cluster.Consensus;
using Cluster.Runtime.Links;

namespace Cluster.Runtime.Tests.Links;

public sealed class PeersFileTests : IDisposable
{
    private static readonly NodePeer s_n1 = new(new NodeId(1), "n1", "10.0.0.1", 7100);
    private static readonly NodePeer s_n4 = new(new NodeId(4), "n4", [new PeerAddress("10.0.0.4", 7100), new PeerAddress("fd00::4", 7100)]);

    private readonly string _root = Directory.CreateTempSubdirectory("peers").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_is_written_is_read_again()
    {
        PeersFile.Write(PeersFile.Of(_root), [s_n1, s_n4]);
        Assert.Equal([s_n1, s_n4], PeersFile.Read(PeersFile.Of(_root), out string? problem));
        Assert.Null(problem);
    }

    [Fact]
    public void No_file_is_no_problem_and_a_damaged_one_is_told_and_left_out()
    {
        Assert.Empty(PeersFile.Read(PeersFile.Of(_root), out string? problem));
        Assert.Null(problem);
        File.WriteAllText(PeersFile.Of(_root), "1 n1 10.0.0.1:7100\n4 n4 10.0.0.4\n");
        Assert.Empty(PeersFile.Read(PeersFile.Of(_root), out problem));
        Assert.Contains("'4 n4 10.0.0.4'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_is_sought_where_it_was_known_last_and_then_where_the_configuration_says()
    {
        NodePeer moved = new(new NodeId(1), "n1", "10.9.9.1", 7100);
        IReadOnlyList<NodePeer> merged = PeersFile.Merge([s_n1], [moved, s_n4]);
        Assert.Equal([moved with { Addresses = [moved.Addresses[0], s_n1.Addresses[0]] }, s_n4], merged);
    }
}
