using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cluster.Transport.Security;

/// <summary>What a certificate says, for people. Holds no key.</summary>
public sealed record CertificateSummary
{
    /// <summary>The name within a cluster; null when it has none.</summary>
    public required PeerName? Name { get; init; }

    /// <summary>Whether it is a CA's.</summary>
    public required bool IsAuthority { get; init; }

    /// <summary>The subject (RFC 4514).</summary>
    public required string Subject { get; init; }

    /// <summary>Who signed it.</summary>
    public required string Issuer { get; init; }

    /// <summary>Its serial number, hexadecimal.</summary>
    public required string Serial { get; init; }

    /// <summary>The first moment at which it is good.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>The moment from which it is not.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Host names and addresses.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>SHA-256 of the certificate, hexadecimal.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Reads all certificates of a PEM file.</summary>
    /// <exception cref="CertificateException">It can't be read or holds none.</exception>
    public static IReadOnlyList<CertificateSummary> OfFile(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(File.ReadAllText(path));
            return certificates.Count == 0
                ? throw new CertificateException($"{path} holds no certificate in PEM; name a file like ca.crt or n1.crt")
                : [.. certificates.Select(Of)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CertificateException($"{path} can't be read as a certificate: {e.Message}", e);
        }
        finally
        {
            certificates.ToList().ForEach(certificate => certificate.Dispose());
        }
    }

    /// <summary>Reads one.</summary>
    public static CertificateSummary Of(X509Certificate2 certificate)
    {
        SubjectNames names = SubjectNames.Of(certificate);
        return new CertificateSummary
        {
            Name = names.Peer,
            IsAuthority = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority),
            Subject = Printable.Of(certificate.Subject),
            Issuer = Printable.Of(certificate.Issuer),
            Serial = certificate.SerialNumber,
            NotBefore = certificate.NotBefore,
            NotAfter = certificate.NotAfter,
            Hosts = names.Hosts,
            Fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256),
        };
    }
}
