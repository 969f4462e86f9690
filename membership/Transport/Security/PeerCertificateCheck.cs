using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cluster.Transport.Security;

/// <summary>
/// Whether a certificate proves a node of this cluster: signed by the cluster's CA and by no other (the system's CAs do not count),
/// good now, meant for this end of TLS, and bearing the right name. Nothing is fetched from a network; nothing is revoked except by
/// replacing the CA.
/// </summary>
internal static class PeerCertificateCheck
{
    /// <summary>Checks all of it.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="sent">Certificates that came with it.</param>
    /// <param name="authorities">The CAs that count.</param>
    /// <param name="expected">Who it must name; a node of null means any node of the cluster.</param>
    /// <param name="usage">The object identifier of the end of TLS that it is used for (RFC 5280 section 4.2.1.12).</param>
    /// <param name="now">The time.</param>
    /// <returns>Why it proves nothing, in words; null when it does.</returns>
    public static string? Refusal(
        X509Certificate2 certificate,
        X509Certificate2Collection? sent,
        X509Certificate2Collection authorities,
        PeerName expected,
        string usage,
        DateTimeOffset now)
    {
        using var chain = new X509Chain { ChainPolicy = Policy(authorities, usage, now) };
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent);
        }

        bool good = chain.Build(certificate);
        string? problem = good ? null : Explain(certificate, chain, usage, now);
        foreach (X509ChainElement element in chain.ChainElements)
        {
            element.Certificate.Dispose();
        }

        return problem ?? NameProblem(certificate, expected);
    }

    /// <summary>The rules of a chain that ends at the cluster's CA.</summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection authorities, string usage, DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = now.UtcDateTime,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new Oid(usage));
        return policy;
    }

    private static string Explain(X509Certificate2 certificate, X509Chain chain, string usage, DateTimeOffset now)
    {
        X509ChainStatusFlags flags = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        if ((flags & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid)) != 0)
        {
            return $"it is not signed by this cluster's CA but by '{Printable.Of(certificate.Issuer)}'";
        }

        if ((flags & X509ChainStatusFlags.NotTimeValid) != 0)
        {
            foreach (X509ChainElement element in chain.ChainElements)
            {
                string whose = element == chain.ChainElements[0] ? "it" : $"the CA's certificate '{Printable.Of(element.Certificate.Subject)}'";
                if (now > element.Certificate.NotAfter)
                {
                    return $"{whose} expired at {CertificateTime.Of(element.Certificate.NotAfter)}, and this node's clock says {CertificateTime.Of(now)}";
                }

                if (now < element.Certificate.NotBefore)
                {
                    return $"{whose} is not valid before {CertificateTime.Of(element.Certificate.NotBefore)}, and this node's clock says {CertificateTime.Of(now)}";
                }
            }
        }

        if ((flags & X509ChainStatusFlags.NotValidForUsage) != 0)
        {
            return $"it is not meant for TLS {(usage == CertificateAuthority.ClientUsage ? "clients" : "servers")} (extended key usage)";
        }

        return "it does not fit the cluster's CA: " + string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()));
    }

    private static string? NameProblem(X509Certificate2 certificate, PeerName expected)
    {
        PeerName? name = SubjectNames.Of(certificate).Peer;
        if (name?.Node is null)
        {
            return $"it names no node of a cluster (no single URI cluster://CLUSTER/NODE); it is '{Printable.Of(certificate.Subject)}'";
        }

        return name.ClusterId == expected.ClusterId && (expected.Node is null || name.Node == expected.Node)
            ? null
            : $"it is that of {name}, not of {expected}";
    }
}
