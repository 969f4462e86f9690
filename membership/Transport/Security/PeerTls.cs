using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Cluster.Transport.Security;

/// <summary>
/// Mutual TLS 1.3 on links. Each end completes the handshake whatever certificate it is shown, and then refuses in words, through the
/// encrypted connection, before anything else is said (<see cref="UpgradedStream.Disproof"/>): so the logs of both ends give the reason, where an alert of TLS would give a
/// number at best. Nothing is resumed: every connection proves both ends anew. Renegotiation does not exist in TLS 1.3.
/// </summary>
public sealed class PeerTls
{
    private const byte TlsHandshake = 0x16; // RFC 8446 section 5.1

    private readonly PeerCredentials _credentials;
    private readonly Func<uint, string?> _nameOf;
    private readonly Func<string, bool>? _isFree;

    /// <summary>Makes the upgrade for both ends of a node's links.</summary>
    /// <param name="credentials">The node's own.</param>
    /// <param name="nameOf">The name of a node by its number; null for one that is not known.</param>
    /// <param name="isFree">
    /// Whether a name belongs to no node that is known here. When given, a node of unknown number is taken for one that joins if its certificate is the
    /// cluster's and bears a free name; null refuses it.
    /// </param>
    public PeerTls(PeerCredentials credentials, Func<uint, string?> nameOf, Func<string, bool>? isFree = null)
    {
        _isFree = isFree;
        _credentials = credentials;
        _nameOf = nameOf;
    }

    /// <summary>To be given as <see cref="LinkOptions.Upgrade"/>.</summary>
    public ValueTask<UpgradedStream> UpgradeAsync(Stream stream, LinkUpgradeContext context, CancellationToken cancellation) =>
        context.IsDialer ? DialAsync(stream, context, cancellation) : AcceptAsync(stream, cancellation);

    [SuppressMessage("Security", "CA5359", Justification = "UpgradedStream.Disproof validates, in words that both ends learn")]
    private async ValueTask<UpgradedStream> DialAsync(Stream stream, LinkUpgradeContext context, CancellationToken cancellation)
    {
        var presented = new Presented();
        var tls = new SslStream(stream, leaveInnerStreamOpen: false, presented.Take);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = context.RemoteNode is { } node ? _nameOf(node) ?? "" : "",
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificateContext = _credentials.Current().Context,
            CertificateChainPolicy = _credentials.PolicyFor(CertificateAuthority.ServerUsage),
            AllowRenegotiation = false,
            AllowTlsResume = false,
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw new IOException(
                $"the TLS handshake failed: {Innermost(e)}; is peerTls configured there as it is here? See the log of the other end", e);
        }

        return new UpgradedStream(tls, remote => Disproof(presented, remote, CertificateAuthority.ServerUsage));
    }

    [SuppressMessage("Security", "CA5359", Justification = "UpgradedStream.Disproof validates, in words that both ends learn")]
    private async ValueTask<UpgradedStream> AcceptAsync(Stream stream, CancellationToken cancellation)
    {
        if (stream is LinkStream link && !await SpeaksTlsAsync(link, cancellation).ConfigureAwait(false))
        {
            // A plain hello can be answered so that both ends learn why; nothing else is taken from such a connection.
            return new UpgradedStream(
                stream, _ => "this node's links take TLS only, and this connection is plain: configure peerTls with certificates on every node");
        }

        var presented = new Presented();
        var tls = new SslStream(stream, leaveInnerStreamOpen: false, presented.Take);
        var options = new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            ServerCertificateContext = _credentials.Current().Context,
            ClientCertificateRequired = true,
            CertificateChainPolicy = _credentials.PolicyFor(CertificateAuthority.ClientUsage),
            AllowRenegotiation = false,
            AllowTlsResume = false,
        };
        try
        {
            await tls.AuthenticateAsServerAsync(options, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw new IOException($"the TLS handshake failed: {Innermost(e)}", e);
        }

        return new UpgradedStream(tls, remote => Disproof(presented, remote, CertificateAuthority.ClientUsage));
    }

    /// <summary>Whether a connection begins as TLS does, without taking anything from it.</summary>
    internal static async ValueTask<bool> SpeaksTlsAsync(LinkStream stream, CancellationToken cancellation)
    {
        // The second byte tells TLS (3) from a plain hello of 278 bytes (1); both come in the first segment.
        byte[] first = new byte[2];
        int count = await stream.PeekAsync(first, cancellation).ConfigureAwait(false);
        return count > 0 && first[0] == TlsHandshake && (count == 1 || first[1] == 3);
    }

    private string? Disproof(Presented presented, uint node, string usage)
    {
        if (presented.Certificate is not { } certificate)
        {
            return "no certificate was shown; configure peerTls with one of this cluster's CA";
        }

        string? refusal = _nameOf(node) is { } name
            ? _credentials.RefusalOf(certificate, presented.Sent, name, usage)
            : _isFree is null
                ? $"node {node} is not configured here; add it to the list of nodes"
                : _credentials.RefusalOf(certificate, presented.Sent, node: null, usage) ?? NameTaken(certificate, node);
        return refusal is null ? null : $"the certificate shown proves nothing: {refusal}";
    }

    /// <summary>A certificate that names a known node proves no other one.</summary>
    private string? NameTaken(X509Certificate2 certificate, uint node)
    {
        string name = SubjectNames.Of(certificate).Peer!.Node!;
        return _isFree!(name) ? null : $"it is that of {name}, which is known here by another number than {node}; a node keeps its number";
    }

    private static string Innermost(Exception e) => Printable.Of(e.GetBaseException().Message);

    /// <summary>What the other end has shown.</summary>
    private sealed class Presented
    {
        public X509Certificate2? Certificate { get; private set; }

        public X509Certificate2Collection? Sent { get; private set; }

        /// <summary>Takes anything: <see cref="UpgradedStream.Disproof"/> decides, in words.</summary>
        public bool Take(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            Certificate = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            Sent = [];
            foreach (X509Certificate2 extra in chain?.ChainPolicy.ExtraStore ?? [])
            {
                Sent.Add(X509CertificateLoader.LoadCertificate(extra.RawData));
            }

            return true;
        }
    }
}
