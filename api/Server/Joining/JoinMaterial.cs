using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cluster.Api.Contract;
using Cluster.Transport.Security;

namespace Cluster.Api.Server.Joining;

/// <summary>What this node can give to one that joins: the certificates of the CA, and, if it holds the CA's key, a certificate. Files are read anew each time.</summary>
/// <param name="AuthorityFile">The certificates of the CA; null with plain links.</param>
/// <param name="AuthorityKeyFile">The CA's key; null when it is kept elsewhere, as it should be on most nodes.</param>
internal sealed record JoinMaterial(string? AuthorityFile, string? AuthorityKeyFile)
{
    public static readonly JoinMaterial Plain = new(null, null);

    public bool CanSign => AuthorityKeyFile is not null;

    /// <summary>Tries whether the CA's key, if it is held, can be used.</summary>
    /// <exception cref="CertificateException">It can't.</exception>
    public void Try()
    {
        if (CanSign)
        {
            CertificateAuthority.FromPem(Read(AuthorityFile!), Read(AuthorityKeyFile!)).Dispose();
        }
    }

    /// <summary>The certificates of the CA in PEM; null with plain links.</summary>
    /// <exception cref="CertificateException">The file can't be read.</exception>
    public string? AuthorityPem() => AuthorityFile is null ? null : Read(AuthorityFile);

    /// <summary>What a token says of the CA; null with plain links.</summary>
    /// <exception cref="CertificateException">The file can't be read.</exception>
    public string? Fingerprint()
    {
        if (AuthorityPem() is not { } pem)
        {
            return null;
        }

        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return JoinToken.FingerprintOf(certificate.RawDataMemory.Span);
        }
        catch (CryptographicException e)
        {
            throw new CertificateException($"{AuthorityFile} holds no certificate in PEM: {e.Message}", e);
        }
    }

    /// <summary>Signs a certificate for a node.</summary>
    /// <exception cref="CertificateException">The request or the CA can't be used.</exception>
    public string Sign(string requestPem, string node, IReadOnlyList<string> hosts)
    {
        using CertificateAuthority authority = CertificateAuthority.FromPem(Read(AuthorityFile!), Read(AuthorityKeyFile!));
        return authority.Sign(requestPem, node, hosts, CertificateAuthority.DefaultNodeDays, DateTimeOffset.UtcNow);
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{path} can't be read: {e.Message}", e);
        }
    }
}
