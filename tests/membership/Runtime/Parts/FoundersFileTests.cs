using Cluster.Consensus;

namespace Cluster.Runtime.Tests.Parts;

public sealed class FoundersFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("founders").FullName;
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_list_of_the_first_start_is_kept_and_a_later_one_is_warned_about_and_ignored()
    {
        Assert.Equal(["1 n1 a:1", "2 n2 b:2"], Settle([Node(1, "n1", "a"), Node(2, "n2", "b")]));

        Assert.Equal(["1 n1 a:1", "2 n2 b:2"], Settle([Node(1, "n1", "a"), Node(3, "n3", "c")]));

        string warning = Assert.Single(_warnings);
        Assert.Contains("node 2 n2 is not configured; node 3 n3 is configured and no founder", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Configured_addresses_count_where_the_node_is_still_configured()
    {
        Settle([Node(1, "n1", "a"), Node(2, "n2", "b")]);

        Assert.Equal(["1 n1 new:1", "2 n2 b:2"], Settle([Node(1, "n1", "new")]));
    }

    [Fact]
    public void A_node_that_is_added_later_is_none_of_the_founders()
    {
        Assert.Equal(["1 n1 a:1"], Settle([Node(1, "n1", "a"), Node(4, "n4", "d")], self: 4, isFounder: false));

        // The word counts at the first start only.
        Assert.Equal(["1 n1 a:1"], Settle([Node(1, "n1", "a"), Node(4, "n4", "d")], self: 4));
    }

    [Fact]
    public void A_name_may_have_blanks() => Assert.Equal(["1 node one a:1"], Settle([Node(1, "node one", "a")]).Union(Settle([Node(1, "node one", "a")])));

    [Fact]
    public void A_renamed_node_does_not_start()
    {
        Settle([Node(1, "n1", "a")]);

        var e = Assert.Throws<InvalidOperationException>(() => Settle([Node(1, "other", "a")]));

        Assert.Contains("a node can't be renamed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_not_guessed_at()
    {
        Settle([Node(1, "n1", "a")]);
        File.AppendAllText(Path.Combine(_folder, "founders"), "nonsense\n");

        Assert.Contains("'nonsense'", Assert.Throws<InvalidOperationException>(() => Settle([Node(1, "n1", "a")])).Message, StringComparison.Ordinal);
    }

    private static NodePeer Node(uint number, string name, string host) => new(new NodeId(number), name, host, (int)number);

    private List<string> Settle(NodePeer[] nodes, uint self = 1, bool isFounder = true)
    {
        var options = new NodeRuntimeOptions
        {
            ClusterId = "test",
            Self = new NodeId(self),
            Nodes = nodes,
            IsFounder = isFounder,
            DataDirectory = _folder,
            MemberSocketPath = "unused",
        };
        return [.. FoundersFile.Settle(options, _warnings.Add).Select(node => $"{node.Id.Value} {node.Name} {string.Join(',', node.Addresses)}")];
    }
}
