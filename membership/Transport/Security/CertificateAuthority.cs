using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cluster.Transport.Security;

/// <summary>
/// The certification authority of one cluster: an ECDSA P-256 key and a self-signed certificate that bears the cluster's id. It signs
/// the nodes' certificates and nothing else.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>How long a new CA is good for, unless told otherwise: ten years.</summary>
    public const int DefaultDays = 3650;

    /// <summary>How long a node's certificate is good for, unless told otherwise: a year.</summary>
    public const int DefaultNodeDays = 365;

    /// <summary>The longest time a certificate may be good for: a hundred years.</summary>
    public const int MostDays = 36_500;

    internal const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    internal const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    // Clocks of a cluster differ a little; a certificate must be good at once everywhere.
    private static readonly TimeSpan s_clockDifference = TimeSpan.FromMinutes(5);

    private CertificateAuthority(X509Certificate2 certificate, string clusterId)
    {
        Certificate = certificate;
        ClusterId = clusterId;
    }

    /// <summary>The cluster.</summary>
    public string ClusterId { get; }

    /// <summary>The certificate with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Draws a key and signs a certificate for it with itself.</summary>
    /// <exception cref="CertificateException">The id or the days can't be used.</exception>
    public static CertificateAuthority Create(string clusterId, int days, DateTimeOffset now)
    {
        RequireName("the cluster id", clusterId);
        RequireDays(days);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={clusterId} cluster CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(Names(new PeerName(clusterId, null), []));
        return new CertificateAuthority(request.CreateSelfSigned(now - s_clockDifference, now.AddDays(days)), clusterId);
    }

    /// <summary>Takes a CA from its certificate and key, both in PEM (RFC 7468).</summary>
    /// <exception cref="CertificateException">They are not those of a CA of this kind.</exception>
    public static CertificateAuthority FromPem(string certificatePem, string keyPem)
    {
        X509Certificate2 certificate;
        try
        {
            certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"the CA's certificate and key can't be used together: {e.Message}", e);
        }

        bool signs = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);
        if (!signs || SubjectNames.Of(certificate).Peer is not { Node: null } name)
        {
            certificate.Dispose();
            throw new CertificateException("the certificate is not that of a cluster's CA; make one with 'clusterctl pki init'");
        }

        return new CertificateAuthority(certificate, name.ClusterId);
    }

    /// <summary>
    /// Draws a key for a node and signs its certificate, good for both ends of a TLS connection. It never outlives the CA.
    /// </summary>
    /// <param name="node">The node's name, as in the daemons' configuration.</param>
    /// <param name="hosts">Host names and addresses at which it is reached, for other software; the daemons look at the node's name.</param>
    /// <param name="days">How long it is good for.</param>
    /// <param name="now">The time.</param>
    /// <returns>The certificate with its key; the caller disposes it.</returns>
    /// <exception cref="CertificateException">A name or the days can't be used, or the CA is not valid now.</exception>
    public X509Certificate2 Issue(string node, IReadOnlyList<string> hosts, int days, DateTimeOffset now)
    {
        CheckIssue(node, days, now);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = Certify(new PublicKey(key), node, hosts, days, now);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>
    /// Signs a certificate for the key of a certificate signing request (PKCS #10, RFC 2986). Of the request only the key counts: what the certificate says
    /// is said here.
    /// </summary>
    /// <param name="requestPem">The request, in PEM; it must be signed with its own key.</param>
    /// <param name="node">The node's name, as in the daemons' configuration.</param>
    /// <param name="hosts">Host names and addresses at which it is reached, for other software.</param>
    /// <param name="days">How long it is good for.</param>
    /// <param name="now">The time.</param>
    /// <returns>The certificate in PEM.</returns>
    /// <exception cref="CertificateException">The request, a name or the days can't be used, or the CA is not valid now.</exception>
    public string Sign(string requestPem, string node, IReadOnlyList<string> hosts, int days, DateTimeOffset now)
    {
        CheckIssue(node, days, now);
        PublicKey key;
        try
        {
            key = CertificateRequest.LoadSigningRequestPem(requestPem, HashAlgorithmName.SHA256).PublicKey;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"the certificate signing request can't be used: {e.Message}", e);
        }

        using ECDsa? curve = key.GetECDsaPublicKey();
        if (curve is null || curve.KeySize < 256)
        {
            throw new CertificateException("the certificate signing request is for a key of another kind; make an ECDSA key of at least 256 bits (P-256)");
        }

        using X509Certificate2 certificate = Certify(key, node, hosts, days, now);
        return certificate.ExportCertificatePem() + "\n";
    }

    private void CheckIssue(string node, int days, DateTimeOffset now)
    {
        RequireName("the node", node);
        RequireDays(days);
        if (now < Certificate.NotBefore || now >= Certificate.NotAfter)
        {
            throw new CertificateException(
                $"the CA is good from {CertificateTime.Of(Certificate.NotBefore)} to {CertificateTime.Of(Certificate.NotAfter)}, and it is now "
                + $"{CertificateTime.Of(now)}; set this machine's clock right, or make a new CA with 'clusterctl pki init'");
        }
    }

    private X509Certificate2 Certify(PublicKey key, string node, IReadOnlyList<string> hosts, int days, DateTimeOffset now)
    {
        var request = new CertificateRequest(new X500DistinguishedName($"CN={node}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(ServerUsage), new Oid(ClientUsage)], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        request.CertificateExtensions.Add(Names(new PeerName(ClusterId, node), hosts));
        DateTimeOffset from = Latest(now - s_clockDifference, Certificate.NotBefore);
        DateTimeOffset to = now.AddDays(days) < Certificate.NotAfter ? now.AddDays(days) : Certificate.NotAfter;
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40); // positive, and never shorter than 16 bytes (RFC 5280 section 4.1.2.2)
        return request.Create(Certificate, from, to, serial);
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    private static X509Extension Names(PeerName name, IReadOnlyList<string> hosts)
    {
        foreach (string host in hosts)
        {
            if (Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6) || !host.All(char.IsAscii))
            {
                throw new CertificateException($"'{Printable.Of(host)}' is neither a host name nor an address; write one like node1.example.org or 10.0.0.1");
            }
        }

        return new SubjectNames([name.ToString()], hosts).Encode();
    }

    private static DateTimeOffset Latest(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static void RequireName(string what, string name)
    {
        if (!PeerName.IsName(name))
        {
            throw new CertificateException($"{what} is given as '{Printable.Of(name)}'; write {PeerName.NameRule}");
        }
    }

    private static void RequireDays(int days)
    {
        if (days is < 1 or > MostDays)
        {
            throw new CertificateException($"a certificate was to be good for {days} days; give 1 to {MostDays}");
        }
    }
}
