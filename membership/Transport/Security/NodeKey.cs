using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cluster.Transport.Security;

/// <summary>
/// What a machine that is to become a node does with a key of its own: asks for a certificate (PKCS #10, RFC 2986), and proves that it holds the key of
/// one that it has.
/// </summary>
public static class NodeKey
{
    /// <summary>Draws a key, and asks for a certificate for it. The key never leaves the machine.</summary>
    /// <param name="node">The node's name.</param>
    /// <returns>The key and the request, both in PEM.</returns>
    public static (string KeyPem, string RequestPem) Draw(string node)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={node}", key, HashAlgorithmName.SHA256);
        return (key.ExportPkcs8PrivateKeyPem() + "\n", request.CreateSigningRequestPem() + "\n");
    }

    /// <summary>Signs a text (ECDSA with SHA-256).</summary>
    /// <param name="keyPem">The key, in PEM.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="CertificateException">The key can't be used.</exception>
    public static byte[] Sign(string keyPem, string text)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(keyPem);
            return key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"the node's key can't be used: {e.Message}", e);
        }
    }

    /// <summary>Whether a text was signed by whoever holds the key of a good certificate of a node.</summary>
    /// <param name="certificatePem">The certificate, in PEM.</param>
    /// <param name="authorityPem">The certificates of the cluster's CA, in PEM.</param>
    /// <param name="expected">The node that it must name.</param>
    /// <param name="text">The text.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="now">The time.</param>
    /// <returns>Why it proves nothing, in words; null when it does.</returns>
    public static string? Refusal(
        string certificatePem, string authorityPem, PeerName expected, string text, ReadOnlySpan<byte> signature, DateTimeOffset now)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(authorityPem);
            using var certificate = X509Certificate2.CreateFromPem(certificatePem);
            if (PeerCertificateCheck.Refusal(certificate, null, authorities, expected, CertificateAuthority.ClientUsage, now) is { } refusal)
            {
                return refusal;
            }

            using ECDsa? key = certificate.GetECDsaPublicKey();
            return key?.VerifyData(Encoding.UTF8.GetBytes(text), signature, HashAlgorithmName.SHA256) == true
                ? null
                : "what was sent is not signed with its key";
        }
        catch (CryptographicException e)
        {
            return $"it can't be read: {Printable.Of(e.Message)}";
        }
        finally
        {
            authorities.ToList().ForEach(authority => authority.Dispose());
        }
    }
}
