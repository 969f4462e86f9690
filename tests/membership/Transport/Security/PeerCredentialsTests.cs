using Cluster.Transport.Security;

namespace Cluster.Transport.Tests.Security;

public sealed class PeerCredentialsTests : IDisposable
{
    private static readonly PeerName s_n1 = new(Pki.Blue, "n1");

    private readonly Pki _pki = new();
    private readonly List<CredentialsChange> _changes = [];

    public void Dispose() => _pki.Dispose();

    [Fact]
    public async Task New_connections_use_the_files_as_they_are_now_without_a_restart()
    {
        var clock = new Clock();
        PeerTlsFiles files = _pki.Issue("n1");
        PeerCredentials credentials = PeerCredentials.Load(files, s_n1, clock, _changes.Add);
        DateTimeOffset before = credentials.NotAfter;
        Replace(files, _pki.Issue("n1", "renewed", days: 200));

        Assert.Equal(before, credentials.NotAfter);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(credentials.NotAfter > before.AddDays(100));
        Assert.Equal(new CredentialsChange(credentials.NotAfter, null), Assert.Single(_changes));

        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(_pki.Secure(Ends.Listener, "n2"), Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer with { Upgrade = new PeerTls(credentials, Pki.NameOf).UpgradeAsync }, 2, listener.EndPoint);
        link.TrySend(Ends.Frame("x"));
        await Eventually.Holds(() => receiver.Frames.Count == 1, "a frame under the new certificate");
    }

    [Fact]
    public void Half_replaced_files_change_nothing_and_are_told_of_once()
    {
        var clock = new Clock();
        PeerTlsFiles files = _pki.Issue("n1");
        PeerCredentials credentials = PeerCredentials.Load(files, s_n1, clock, _changes.Add);
        DateTimeOffset before = credentials.NotAfter;
        PeerTlsFiles renewed = _pki.Issue("n1", "renewed", days: 200);
        File.Copy(renewed.Certificate, files.Certificate, overwrite: true);
        for (int i = 0; i < 5; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(before, credentials.NotAfter);
        }

        Assert.Contains("is no key for the certificate", Assert.Single(_changes).Problem);
        File.Copy(renewed.Key, files.Key, overwrite: true);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(credentials.NotAfter > before.AddDays(100));
        Assert.Null(_changes[^1].Problem);
    }

    [Fact]
    public void A_missing_file_at_run_time_changes_nothing()
    {
        var clock = new Clock();
        PeerTlsFiles files = _pki.Issue("n1");
        PeerCredentials credentials = PeerCredentials.Load(files, s_n1, clock, _changes.Add);
        File.Delete(files.Key);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.NotEqual(default, credentials.NotAfter);
        Assert.Contains("can't be read", Assert.Single(_changes).Problem);
    }

    [Fact]
    public async Task Two_CAs_count_while_one_replaces_the_other()
    {
        using var next = new Pki();
        PeerTlsFiles files = _pki.Issue("n2");
        File.AppendAllText(files.Authority, File.ReadAllText(Path.Combine(next.AuthorityFolder, "ca.crt")));
        var receiver = new Receiver();
        PeerCredentials both = PeerCredentials.Load(files, new PeerName(Pki.Blue, "n2"));
        await using LinkListener listener = LinkListener.Start(
            Ends.Listener with { Upgrade = new PeerTls(both, Pki.NameOf).UpgradeAsync }, Ends.AnyPort, receiver);

        PeerTlsFiles dialer = next.Issue("n1");
        File.AppendAllText(dialer.Authority, File.ReadAllText(Path.Combine(_pki.AuthorityFolder, "ca.crt")));
        PeerCredentials ahead = PeerCredentials.Load(dialer, s_n1);
        await using var link = new OutboundLink(Ends.Dialer with { Upgrade = new PeerTls(ahead, Pki.NameOf).UpgradeAsync }, 2, listener.EndPoint);
        link.TrySend(Ends.Frame("x"));
        await Eventually.Holds(() => receiver.Frames.Count == 1, "a frame between nodes of both CAs");
    }

    [Theory]
    [InlineData("open-key", "chmod 600")]
    [InlineData("other-key", "is no key for the certificate")]
    [InlineData("other-node", "it is that of cluster://blue/n2, not of cluster://blue/n1")]
    [InlineData("other-ca", "it is not signed by this cluster's CA")]
    [InlineData("expired", "it expired at")]
    [InlineData("garbage", "holds no certificate")]
    [InlineData("missing", "can't be read")]
    public void What_peers_would_refuse_is_refused_at_start(string kind, string reason)
    {
        PeerTlsFiles files = _pki.Issue("n1");
        TimeProvider time = TimeProvider.System;
        switch (kind)
        {
            case "open-key":
                File.SetUnixFileMode(files.Key, File.GetUnixFileMode(files.Key) | UnixFileMode.OtherRead);
                break;
            case "other-key":
                File.Copy(_pki.Issue("n1", "again").Key, files.Key, overwrite: true);
                break;
            case "other-node":
                files = _pki.Issue("n2");
                break;
            case "other-ca":
                using (var other = new Pki())
                {
                    File.Copy(Path.Combine(other.AuthorityFolder, "ca.crt"), files.Authority, overwrite: true);
                }

                break;
            case "expired":
                time = new Clock(TimeSpan.FromDays(91));
                break;
            case "garbage":
                File.WriteAllText(files.Certificate, "nothing");
                break;
            default:
                File.Delete(files.Authority);
                break;
        }

        CertificateException refusal = Assert.Throws<CertificateException>(() => PeerCredentials.Load(files, s_n1, time));
        Assert.Contains(reason, refusal.Message);
        Assert.DoesNotContain("PRIVATE KEY", refusal.Message, StringComparison.Ordinal);
    }

    private static void Replace(PeerTlsFiles files, PeerTlsFiles by)
    {
        File.Copy(by.Certificate, files.Certificate, overwrite: true);
        File.Copy(by.Key, files.Key, overwrite: true);
    }

    private sealed class Clock(TimeSpan ahead = default) : TimeProvider
    {
        private TimeSpan _advanced = ahead;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _advanced;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _advanced.Ticks;

        public void Advance(TimeSpan by) => _advanced += by;
    }
}
