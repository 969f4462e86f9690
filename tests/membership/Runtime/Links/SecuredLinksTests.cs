using Cluster.Runtime.Tests.Support;
using Cluster.Transport.Security;

namespace Cluster.Runtime.Tests.Links;

public sealed class SecuredLinksTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tls").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Nodes_with_certificates_of_one_CA_form_a_cluster_and_a_stranger_with_the_same_names_is_kept_out()
    {
        await using var cluster = new TestCluster();
        Authority("ca");
        Authority("other-ca");
        foreach (TestNode node in cluster.Nodes)
        {
            Secure(node, node.Name == "n3" ? "other-ca" : "ca");
        }

        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
        await cluster[1].WaitUntilUpAsync();
        await cluster[2].WaitUntilUpAsync();

        const string Reason = "is not signed by this cluster's CA";
        await Eventually.Holds(
            () => cluster.Nodes.All(node => node.Log.Lines.Any(line => line.Contains(Reason, StringComparison.Ordinal))),
            "the reason in the logs of all nodes");
        Assert.Equal(Membership.Incarnation.None, cluster[3].Runtime.Status.Incarnation);
        Assert.Equal(0, cluster[1].Runtime.PlainPeerLinks);
        Assert.True(cluster[1].Runtime.PeerCertificateNotAfter > DateTimeOffset.UtcNow.AddDays(300));
        Assert.Contains(cluster[1].Log.Lines, line => line.Contains("Peer links take mutual TLS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plain_node_among_secured_ones_is_told_so_by_both_logs_and_warns_of_itself()
    {
        await using var cluster = new TestCluster();
        Authority("ca");
        Secure(cluster[1], "ca");
        Secure(cluster[2], "ca");
        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
        await cluster[1].WaitUntilUpAsync();

        TestNode plain = cluster[3];
        Assert.Equal(2, plain.Runtime.PlainPeerLinks);
        Assert.Contains(plain.Log.Lines, line => line.StartsWith("Warning: Peer links are PLAIN", StringComparison.Ordinal));
        await Eventually.Holds(
            () => plain.Log.Lines.Any(line => line.Contains("take TLS only, and this connection is plain", StringComparison.Ordinal))
                && plain.Log.Lines.Any(line => line.Contains("the other end speaks TLS, and this node's links are plain", StringComparison.Ordinal)),
            "both directions in the plain node's log",
            () => string.Join('\n', plain.Log.Lines));
        await Eventually.Holds(
            () => Secured().Any(line => line.Contains("take TLS only, and this connection is plain", StringComparison.Ordinal))
                && Secured().Any(line => line.Contains("is peerTls configured there as it is here?", StringComparison.Ordinal)),
            "both directions in the secured nodes' logs",
            () => string.Join('\n', Secured()));

        // Of the two only the leader has something to say to the third.
        IEnumerable<string> Secured() => cluster[1].Log.Lines.Concat(cluster[2].Log.Lines);
    }

    [Fact]
    public async Task A_certificate_that_ends_soon_is_warned_of_and_one_that_cannot_be_used_stops_the_start()
    {
        await using var cluster = new TestCluster();
        Authority("ca");
        Secure(cluster[1], "ca", days: 7);
        await cluster[1].StartAsync();
        Assert.Contains(cluster[1].Log.Lines, line => line.Contains("The certificate for peer links expires at", StringComparison.Ordinal));

        Secure(cluster[2], "ca");
        cluster[3].Options = cluster[3].Options with { PeerTls = cluster[2].Options.PeerTls };
        CertificateException refusal = await Assert.ThrowsAsync<CertificateException>(cluster[3].StartAsync);
        Assert.Contains("it is that of cluster://test/n2, not of cluster://test/n3", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_refusal_is_told_once_in_a_while()
    {
        var clock = new Clock();
        var log = new Cluster.Runtime.Links.RefusalLog(clock);
        var one = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1);
        var again = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 2);
        Assert.True(log.IsDue(one, "wrong cluster"));
        Assert.False(log.IsDue(again, "wrong cluster"));
        Assert.True(log.IsDue(again, "wrong node"));
        clock.Now += TimeSpan.FromSeconds(31).Ticks;
        Assert.True(log.IsDue(one, "wrong cluster"));
        int told = Enumerable.Range(0, 10_000).Count(i => log.IsDue(one, $"reason {i}"));
        Assert.InRange(told, 1, 256);
    }

    private void Authority(string folder) =>
        CertificateFolder.CreateAuthority(Path.Combine(_root, folder), "test", CertificateAuthority.DefaultDays, DateTimeOffset.UtcNow);

    private void Secure(TestNode node, string authority, int days = 365)
    {
        string certificate = CertificateFolder.IssueNode(
            Path.Combine(_root, authority), Path.Combine(_root, node.Name), node.Name, [], days, DateTimeOffset.UtcNow);
        node.Options = node.Options with
        {
            PeerTls = new PeerTlsFiles(
                Path.Combine(_root, node.Name, "ca.crt"), certificate, Path.ChangeExtension(certificate, ".key")),
        };
    }

    private sealed class Clock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }
}
