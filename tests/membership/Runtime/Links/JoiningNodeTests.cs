using Cluster.Consensus;
using Cluster.Runtime.Tests.Support;
using Cluster.Transport.Security;

namespace Cluster.Runtime.Tests.Links;

/// <summary>Nodes that are not on the list of nodes here: not yet, or by mistake.</summary>
public sealed class JoiningNodeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("join").FullName;
    private readonly NodePeer _n1 = new(new NodeId(1), "n1", "127.0.0.1", FreePorts.Take());
    private readonly NodePeer _n4 = new(new NodeId(4), "n4", "127.0.0.1", FreePorts.Take());

    public JoiningNodeTests()
    {
        CertificateFolder.CreateAuthority(Path.Combine(_root, "ca"), "test", CertificateAuthority.DefaultDays, DateTimeOffset.UtcNow);
        CertificateFolder.CreateAuthority(Path.Combine(_root, "other-ca"), "test", CertificateAuthority.DefaultDays, DateTimeOffset.UtcNow);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_node_that_is_not_known_yet_is_heard_and_answered_when_its_certificate_is_the_clusters()
    {
        await using var one = new LinkEnd(_root, _n1, [], Issue("n1"));
        await using (var four = new LinkEnd(_root, _n4, [_n1], Issue("n4")))
        {
            await four.ReachesAsync(one, "the unknown node's message");
            await one.ReachesAsync(four, "the answer to where it said it is");
            one.Links.Update([_n1, _n4]);
            Assert.Equal("n4", one.StatusOf(4).Name);
            await one.ReachesAsync(four, "a message after it is known");
        }

        Assert.Equal("n4", one.StatusOf(4).Name);
    }

    [Fact]
    public async Task An_unknown_node_is_forgotten_with_its_last_connection()
    {
        await using var one = new LinkEnd(_root, _n1, [], Issue("n1"));
        await using (var four = new LinkEnd(_root, _n4, [_n1], Issue("n4")))
        {
            await four.ReachesAsync(one, "the unknown node's message");
        }

        await Eventually.Holds(() => one.Links.Status.Count == 0, "it to be forgotten");
    }

    [Theory]
    [InlineData("n4", "other-ca", "is not signed by this cluster's CA")]
    [InlineData("n2", "ca", "it is that of n2, which is known here by another number than 4")]
    public async Task An_unknown_node_without_proof_is_kept_out(string name, string authority, string reason)
    {
        NodePeer n2 = new(new NodeId(2), "n2", "127.0.0.1", FreePorts.Take());
        await using var one = new LinkEnd(_root, _n1, [n2], Issue("n1"));
        await using var four = new LinkEnd(_root, _n4 with { Name = name }, [_n1], Issue(name, authority));
        await Eventually.Holds(
            () =>
            {
                four.Ping(1);
                return one.Log.Lines.Any(line => line.Contains(reason, StringComparison.Ordinal));
            },
            "the reason in the log",
            () => string.Join('\n', one.Log.Lines.Concat(four.Log.Lines)));
        Assert.DoesNotContain(one.Links.Status, peer => peer.Node.Value == 4);
        Assert.Equal(0, one.Links.MessagesReceived);
    }

    private PeerTlsFiles Issue(string name, string authority = "ca")
    {
        string folder = Path.Combine(_root, $"{authority}-{name}");
        string certificate = CertificateFolder.IssueNode(Path.Combine(_root, authority), folder, name, [], 365, DateTimeOffset.UtcNow);
        return new PeerTlsFiles(Path.Combine(folder, "ca.crt"), certificate, Path.ChangeExtension(certificate, ".key"));
    }
}
