using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Cluster.Transport.Security;

namespace Cluster.Transport.Tests.Security;

public sealed class TlsLinkTests : IDisposable
{
    private const string Server = CertificateAuthority.ServerUsage;
    private const string Client = CertificateAuthority.ClientUsage;

    private readonly Pki _pki = new();

    public void Dispose() => _pki.Dispose();

    [Fact]
    public async Task Frames_pass_between_nodes_that_prove_themselves()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(_pki.Secure(Ends.Listener, "n2"), Ends.AnyPort, receiver);
        await using var link = new OutboundLink(_pki.Secure(Ends.Dialer, "n1"), 2, listener.EndPoint);
        for (int i = 0; i < 500; i++)
        {
            link.TrySend(Ends.Frame($"{i}"));
        }

        link.TrySend(Ends.Frame("beat"), LinkPriority.Urgent);
        await Eventually.Holds(() => receiver.Frames.Count == 501, "all frames");
        Assert.Equal(
            Enumerable.Range(0, 500).Select(i => $"{i}"),
            receiver.Frames.Where(frame => frame.Peer.Priority == LinkPriority.Bulk).Select(frame => frame.Text));
        Assert.Empty(receiver.Refusals);
    }

    [Fact]
    public async Task What_passes_cannot_be_read_on_the_way()
    {
        using Socket way = RawTls.Listen(out EndPoint endPoint);
        await using var link = new OutboundLink(_pki.Secure(Ends.Dialer, "n1"), 2, endPoint);
        link.TrySend(Ends.Frame("x"));
        using Socket seen = await way.AcceptAsync();
        byte[] bytes = new byte[4096];
        int count = await seen.ReceiveAsync(bytes);
        Assert.Equal(0x16, bytes[0]);
        Assert.DoesNotContain("CLNK", System.Text.Encoding.Latin1.GetString(bytes, 0, count), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other-ca", "it is not signed by this cluster's CA but by 'CN=blue cluster CA'")]
    [InlineData("expired", "it expired at")]
    [InlineData("not-yet", "it is not valid before")]
    [InlineData("other-end", "it is not meant for TLS")]
    [InlineData("other-node", "it is that of cluster://blue/n3, not of cluster://blue/n")]
    [InlineData("other-cluster", "it is that of cluster://green/n")]
    [InlineData("nameless", "it names no node of a cluster")]
    [InlineData("the-ca", "it names no node of a cluster")]
    [InlineData("self-signed", "it is not signed by this cluster's CA")]
    public async Task A_certificate_that_does_not_prove_the_node_is_refused_in_words_that_both_ends_learn(string kind, string reason)
    {
        // A dialer shows it: the listener refuses.
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(_pki.Secure(Ends.Listener, "n2"), Ends.AnyPort, receiver);
        using X509Certificate2 asDialer = Wrong(kind, "n1", Server);
        LinkAnswer? answer = await RawTls.GreetAsync(listener.EndPoint, asDialer);
        Assert.Contains(reason, answer!.Refusal);
        await Eventually.Holds(() => !receiver.Refusals.IsEmpty, "the report of the refusal");
        Assert.Contains(reason, receiver.Refusals.Single());
        Assert.Empty(receiver.Connects);

        // A listener shows it: the dialer refuses, and sends no hello.
        using Socket listening = RawTls.Listen(out EndPoint endPoint);
        using X509Certificate2 asListener = Wrong(kind, "n2", Client);
        await using var link = new OutboundLink(_pki.Secure(Ends.Dialer, "n1"), 2, endPoint);
        link.TrySend(Ends.Frame("x"));
        ReadOnlyMemory<byte>? first = await RawTls.AcceptAsync(listening, asListener);
        Assert.Null(LinkHello.TryDecode(first!.Value.Span));
        Assert.Contains(reason, LinkAnswer.TryDecode(first.Value.Span)!.Refusal);
        await Eventually.Holds(() => link.StatusOf(LinkPriority.Bulk).LastError is not null, "the dialer's report");
        Assert.Contains(reason, link.StatusOf(LinkPriority.Bulk).LastError);
        Assert.Equal(0, link.StatusOf(LinkPriority.Bulk).Connects);
    }

    [Fact]
    public async Task Two_clusters_with_the_same_names_refuse_each_other_on_both_ends()
    {
        using var other = new Pki();
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(_pki.Secure(Ends.Listener, "n2"), Ends.AnyPort, receiver);
        await using var link = new OutboundLink(other.Secure(Ends.Dialer, "n1"), 2, listener.EndPoint);
        link.TrySend(Ends.Frame("x"));
        await Eventually.Holds(() => !receiver.Refusals.IsEmpty && link.StatusOf(LinkPriority.Bulk).LastError is not null, "both reports");
        Assert.Contains("the other end refused this node", receiver.Refusals.First());
        Assert.Contains("not signed by this cluster's CA", receiver.Refusals.First());
        Assert.Contains("not signed by this cluster's CA", link.StatusOf(LinkPriority.Bulk).LastError);
    }

    [Fact]
    public async Task Who_shows_no_certificate_is_refused()
    {
        await using LinkListener listener = LinkListener.Start(_pki.Secure(Ends.Listener, "n2"), Ends.AnyPort, new Receiver());
        LinkAnswer? answer = await RawTls.GreetAsync(listener.EndPoint, null);
        Assert.Contains("no certificate was shown", answer!.Refusal);
    }

    [Fact]
    public async Task An_older_version_of_TLS_is_not_spoken()
    {
        await using LinkListener listener = LinkListener.Start(_pki.Secure(Ends.Listener, "n2"), Ends.AnyPort, new Receiver());
        using CertificateAuthority authority = _pki.Authority();
        using X509Certificate2 good = authority.Issue("n1", [], 1, DateTimeOffset.UtcNow);
        await Assert.ThrowsAnyAsync<Exception>(() => RawTls.GreetAsync(listener.EndPoint, good, SslProtocols.Tls12));
        Assert.Null((await RawTls.GreetAsync(listener.EndPoint, good))!.Refusal);
    }

    [Fact]
    public async Task A_plain_dialer_at_a_listener_with_TLS_is_refused_in_words_on_both_ends()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(_pki.Secure(Ends.Listener, "n2"), Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer with { ConnectTimeout = TimeSpan.FromSeconds(10) }, 2, listener.EndPoint);
        link.TrySend(Ends.Frame("x"));
        await Eventually.Holds(() => !receiver.Refusals.IsEmpty && link.StatusOf(LinkPriority.Bulk).LastError is not null, "both reports");
        Assert.Contains("take TLS only, and this connection is plain", receiver.Refusals.First());
        Assert.Contains("take TLS only, and this connection is plain", link.StatusOf(LinkPriority.Bulk).LastError);
        Assert.Empty(receiver.Frames);
    }

    [Fact]
    public async Task A_dialer_with_TLS_at_a_plain_listener_learns_it_and_so_does_the_listener()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener with { ConnectTimeout = TimeSpan.FromSeconds(10) }, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(_pki.Secure(Ends.Dialer, "n1"), 2, listener.EndPoint);
        link.TrySend(Ends.Frame("x"));
        await Eventually.Holds(() => !receiver.Refusals.IsEmpty && link.StatusOf(LinkPriority.Bulk).LastError is not null, "both reports");
        Assert.Contains("the other end speaks TLS, and this node's links are plain", receiver.Refusals.First());
        Assert.Contains("is peerTls configured there as it is here?", link.StatusOf(LinkPriority.Bulk).LastError);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_speaks_drop_by_drop_holds_nothing_up_and_is_closed(bool tls)
    {
        var receiver = new Receiver();
        LinkOptions hasty = (tls ? _pki.Secure(Ends.Listener, "n2") : Ends.Listener) with { ConnectTimeout = TimeSpan.FromSeconds(2) };
        await using LinkListener listener = LinkListener.Start(hasty, Ends.AnyPort, receiver);
        using var slow = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await slow.ConnectAsync(listener.EndPoint);
        Task dripping = DripAsync(slow, tls ? [0x16, 3, 1, 2, 0] : [60, 0, 0, 0]);

        await using var link = new OutboundLink(tls ? _pki.Secure(Ends.Dialer, "n1") : Ends.Dialer, 2, listener.EndPoint);
        link.TrySend(Ends.Frame("x"));
        await Eventually.Holds(() => receiver.Frames.Count == 1, "a frame of somebody else");
        await Eventually.Ends(dripping, "the slow one being closed");
        await Eventually.Holds(() => !receiver.Refusals.IsEmpty, "the report");
        Assert.Contains("no hello came in time", receiver.Refusals.Single());
    }

    private X509Certificate2 Wrong(string kind, string node, string otherEnd)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        switch (kind)
        {
            case "other-ca":
                using (CertificateAuthority stranger = CertificateAuthority.Create(Pki.Blue, 10, now))
                {
                    return stranger.Issue(node, [], 1, now);
                }

            case "expired":
                using (var old = CertificateAuthority.FromPem(
                    File.ReadAllText(Path.Combine(_pki.AuthorityFolder, "ca.crt")), File.ReadAllText(Path.Combine(_pki.AuthorityFolder, "ca.key"))))
                {
                    return Shifted(old, node, now.AddDays(-2), now.AddDays(-1));
                }

            case "not-yet":
                using (CertificateAuthority authority = _pki.Authority())
                {
                    return Shifted(authority, node, now.AddDays(1), now.AddDays(2));
                }

            case "other-end":
                return _pki.Odd($"cluster://blue/{node}", otherEnd);
            case "other-node":
                using (CertificateAuthority authority = _pki.Authority())
                {
                    return authority.Issue("n3", [], 1, now);
                }

            case "other-cluster":
                return _pki.Odd($"cluster://green/{node}", Server, Client);
            case "nameless":
                return _pki.Odd(null, Server, Client);
            case "the-ca":
                using (CertificateAuthority authority = _pki.Authority())
                {
                    return X509Certificate2.CreateFromPem(
                        authority.Certificate.ExportCertificatePem(), File.ReadAllText(Path.Combine(_pki.AuthorityFolder, "ca.key")));
                }

            default:
                using (CertificateAuthority itself = CertificateAuthority.Create(Pki.Blue, 10, now))
                {
                    return X509Certificate2.CreateFromPem(
                        itself.Certificate.ExportCertificatePem(), itself.Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
                }
        }
    }

    /// <summary>Signed for a time that is not now, which no command of ours would do for the past.</summary>
    private static X509Certificate2 Shifted(CertificateAuthority authority, string node, DateTimeOffset from, DateTimeOffset to)
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={node}", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"cluster://blue/{node}"));
        request.CertificateExtensions.Add(names.Build());
        var generator = X509SignatureGenerator.CreateForECDsa(authority.Certificate.GetECDsaPrivateKey()!);
        using X509Certificate2 signed = request.Create(authority.Certificate.SubjectName, generator, from, to, [9, 9]);
        return signed.CopyWithPrivateKey(key);
    }

    private static async Task DripAsync(Socket socket, byte[] start)
    {
        byte[] next = new byte[1];
        for (int i = 0; ; i++)
        {
            next[0] = i < start.Length ? start[i] : (byte)1;
            try
            {
                await socket.SendAsync(next);
                await Task.Delay(50);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }
}
