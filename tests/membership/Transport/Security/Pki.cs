using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cluster.Transport.Security;

namespace Cluster.Transport.Tests.Security;

/// <summary>A folder with the files of a cluster's nodes, made as an operator makes them.</summary>
internal sealed class Pki : IDisposable
{
    public const string Blue = "blue";

    private readonly string _root = Directory.CreateTempSubdirectory("pki").FullName;

    public Pki(string clusterId = Blue, DateTimeOffset? made = null)
    {
        AuthorityFolder = Path.Combine(_root, "ca");
        CertificateFolder.CreateAuthority(AuthorityFolder, clusterId, CertificateAuthority.DefaultDays, made ?? DateTimeOffset.UtcNow);
        ClusterId = clusterId;
    }

    public string ClusterId { get; }

    public string AuthorityFolder { get; }

    public static string? NameOf(uint node) => node is >= 1 and <= 3 ? $"n{node}" : null;

    public string Folder(string name) => Path.Combine(_root, name);

    public CertificateAuthority Authority() => CertificateFolder.OpenAuthority(AuthorityFolder);

    public PeerTlsFiles Issue(string node, string? folder = null, DateTimeOffset? now = null, int days = 90)
    {
        string to = Folder(folder ?? node);
        string certificate = CertificateFolder.IssueNode(AuthorityFolder, to, node, [], days, now ?? DateTimeOffset.UtcNow);
        return new PeerTlsFiles(Path.Combine(to, "ca.crt"), certificate, Path.ChangeExtension(certificate, ".key"));
    }

    public PeerCredentials Credentials(string node) => PeerCredentials.Load(Issue(node), new PeerName(ClusterId, node));

    public LinkOptions Secure(LinkOptions plain, string node) =>
        plain with { Upgrade = new PeerTls(Credentials(node), NameOf).UpgradeAsync, ConnectTimeout = TimeSpan.FromSeconds(10) };

    /// <summary>A certificate such as no command makes, signed by this CA.</summary>
    public X509Certificate2 Odd(string? uri, params ReadOnlySpan<string> usages)
    {
        using CertificateAuthority authority = Authority();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=odd", key, HashAlgorithmName.SHA256);
        var oids = new OidCollection();
        foreach (string usage in usages)
        {
            oids.Add(new Oid(usage));
        }

        if (oids.Count > 0)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, false));
        }

        if (uri is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddUri(new Uri(uri));
            request.CertificateExtensions.Add(names.Build());
        }

        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 signed = request.Create(authority.Certificate, now.AddMinutes(-1), now.AddDays(1), [1, 2, 3]);
        return signed.CopyWithPrivateKey(key);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
