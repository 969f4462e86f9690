using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cluster.Transport.Security;

/// <summary>One state of the files of a <see cref="PeerTlsFiles"/>, checked.</summary>
/// <remarks>
/// Never disposed: handshakes may be using it when the next state takes its place; the finalizers of its handles release it.
/// </remarks>
internal sealed class LoadedCredentials
{
    private LoadedCredentials(X509Certificate2 own, X509Certificate2Collection intermediates, X509Certificate2Collection authorities)
    {
        Own = own;
        Authorities = authorities;
        Context = SslStreamCertificateContext.Create(own, intermediates, offline: true);
    }

    /// <summary>The node's certificate with its key.</summary>
    public X509Certificate2 Own { get; }

    /// <summary>The CAs that count.</summary>
    public X509Certificate2Collection Authorities { get; }

    /// <summary>What is presented to peers.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>Makes sense of the files' content.</summary>
    /// <exception cref="CertificateException">It can't be used, or peers would refuse it.</exception>
    public static LoadedCredentials Parse(PeerTlsFiles files, PemContent content, PeerName self, DateTimeOffset now)
    {
        X509Certificate2Collection authorities = Certificates(files.Authority, content.Authority);
        X509Certificate2Collection chain = Certificates(files.Certificate, content.Certificate);
        X509Certificate2 own;
        try
        {
            own = X509Certificate2.CreateFromPem(content.Certificate, content.Key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException(
                $"{files.Key} is no key for the certificate {files.Certificate}: {e.Message}; both must come from the same 'clusterctl pki issue'", e);
        }

        chain.RemoveAt(0);
        var loaded = new LoadedCredentials(own, chain, authorities);
        string? problem = PeerCertificateCheck.Refusal(own, chain, authorities, self, CertificateAuthority.ClientUsage, now)
            ?? PeerCertificateCheck.Refusal(own, chain, authorities, self, CertificateAuthority.ServerUsage, now);
        return problem is null
            ? loaded
            : throw new CertificateException($"{files.Certificate}: {problem}; every peer would refuse it");
    }

    private static X509Certificate2Collection Certificates(string path, string pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new CertificateException($"{path} can't be read as a certificate: {e.Message}", e);
        }

        return certificates.Count > 0
            ? certificates
            : throw new CertificateException($"{path} holds no certificate in PEM; 'clusterctl pki' makes them");
    }
}
