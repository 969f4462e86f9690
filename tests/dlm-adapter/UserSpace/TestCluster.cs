using Cluster.Locks.Contract;
using Cluster.Locks.Tests.Support;

namespace Cluster.Locks.UserSpace.Tests;

/// <summary>Nodes with a lockd each, all in this process.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lockd-");

    private TestCluster()
    {
    }

    public FakeCluster Cluster { get; } = new();

    public List<TestNode> Nodes { get; } = [];

    public string Folder => _folder.FullName;

    public TestNode this[int index] => Nodes[index];

    public static async Task<TestCluster> StartAsync(int nodes, params string[] spaces)
    {
        TestCluster cluster = new();
        for (int i = 0; i < nodes; i++)
        {
            cluster.Nodes.Add(await TestNode.StartAsync(cluster.Cluster, $"n{i + 1}", cluster.Folder, spaces));
        }

        foreach (string space in spaces.Length == 0 ? ["s"] : spaces)
        {
            await cluster.UntilReadyAsync(space);
        }

        return cluster;
    }

    public async Task UntilReadyAsync(string space = "s")
    {
        await Eventually.Holds(() => Cluster.IsReady(space, Nodes.Count), $"{Nodes.Count} members ready in {space}", Describe);
        await Eventually.Holds(
            () => Nodes.TrueForAll(n => n.Lockd.GetStatus(space)!.State == LockSpaceState.Granting), "all to grant", Describe);
    }

    public string Describe() =>
        Cluster.Describe() + Environment.NewLine
        + string.Join(Environment.NewLine, Nodes.Select(n => $"{n.Node.Name}: {n.Lockd.GetStatus("s")}{Environment.NewLine}{n.Logger}"));

    public async ValueTask DisposeAsync()
    {
        foreach (TestNode node in Nodes)
        {
            await node.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}
