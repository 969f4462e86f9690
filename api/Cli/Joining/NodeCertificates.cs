using System.Security.Cryptography.X509Certificates;
using Cluster.Api.Cli.Http;
using Cluster.Api.Contract;
using Cluster.Transport.Security;

namespace Cluster.Api.Cli.Joining;

/// <summary>The certificates of a machine that joins: those that lie there already, or such as the cluster gives it for a key that is drawn here.</summary>
internal sealed class NodeCertificates
{
    private readonly string _name;
    private readonly bool _proves;
    private string? _keyPem;

    private NodeCertificates(string folder, string name, bool present, bool proves)
    {
        Folder = folder;
        _name = name;
        IsPresent = present;
        _proves = proves;
    }

    /// <summary>The folder of <c>ca.crt</c>, <c>NAME.crt</c> and <c>NAME.key</c>.</summary>
    public string Folder { get; }

    public string Authority => Path.Combine(Folder, CertificateFolder.AuthorityCertificate);

    public string Certificate => Path.Combine(Folder, _name + ".crt");

    public string Key => Path.Combine(Folder, _name + ".key");

    /// <summary>Whether there is one of before.</summary>
    private bool IsPresent { get; }

    /// <summary>Looks what lies there.</summary>
    /// <param name="configuration">The configuration to be written: the folder is beside it.</param>
    /// <param name="name">The node's name.</param>
    /// <param name="shown">The certificate that is to admit the node; null when a token is.</param>
    /// <exception cref="CliException">The certificate that is shown is not where it was said to be, or has another name.</exception>
    public static NodeCertificates Find(string configuration, string name, string? shown)
    {
        string folder = shown is null
            ? Path.Combine(Path.GetDirectoryName(configuration)!, "pki")
            : Path.GetDirectoryName(Path.GetFullPath(shown))!;
        var found = new NodeCertificates(folder, name, false, shown is not null);
        bool present = File.Exists(found.Certificate) && File.Exists(found.Key) && File.Exists(found.Authority);
        if (shown is not null && (!present || Path.GetFullPath(shown) != found.Certificate))
        {
            throw new CliException(
                ExitCode.Usage,
                $"--certificate: {found.Certificate}, {name}.key and ca.crt must lie together in {folder}, as 'clusterctl pki issue {name}' makes them.");
        }

        return new NodeCertificates(folder, name, present, shown is not null);
    }

    /// <summary>Adds to a request what belongs there: proof by the certificate there is, or the wish for one.</summary>
    /// <exception cref="CertificateException">What lies there can't be used.</exception>
    public JoinRequest Ask(JoinRequest request)
    {
        if (_proves)
        {
            JoinRequest signed = request with
            {
                Certificate = Read(Certificate),
                SignedAt = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            };
            return signed with { Signature = Convert.ToBase64String(NodeKey.Sign(Read(Key), signed.SignedText())) };
        }

        if (IsPresent)
        {
            return request;
        }

        (_keyPem, string wanted) = NodeKey.Draw(_name);
        return request with { CertificateRequest = wanted };
    }

    /// <summary>Takes what was answered, if it is the cluster that the token or the own certificate tells of.</summary>
    /// <returns>False when a certificate is still missing.</returns>
    /// <exception cref="CliException">Somebody else answered.</exception>
    /// <exception cref="CertificateException">The folder can't be written.</exception>
    public bool Take(JoinDocument answer, JoinToken? token)
    {
        if (answer.Links == PeerLinks.Plain)
        {
            return token is null or { Fingerprint: null }
                ? true
                : throw Foreign("it has plain links, but the token is of a cluster with secured ones");
        }

        string authority = answer.Authority ?? throw Foreign("it told no CA");
        var told = new X509Certificate2Collection();
        told.ImportFromPem(authority);
        if (token is not null && !told.Any(each => JoinToken.FingerprintOf(each.RawDataMemory.Span) == token.Fingerprint))
        {
            throw Foreign("its CA is not the one that the token names");
        }

        if (IsPresent)
        {
            var own = new X509Certificate2Collection();
            own.ImportFromPemFile(Authority);
            return own.Any(each => told.Any(other => each.RawDataMemory.Span.SequenceEqual(other.RawDataMemory.Span)))
                ? true
                : throw Foreign($"its CA is not the one in {Authority}");
        }

        if (answer.Certificate is null)
        {
            return false;
        }

        CertificateFolder.WriteNode(Folder, _name, _keyPem!, answer.Certificate, authority);
        _ = PeerCredentials.Load(new PeerTlsFiles(Authority, Certificate, Key), new PeerName(answer.Cluster, _name));
        return true;
    }

    private static CliException Foreign(string why) => new(
        ExitCode.Refused,
        $"What answered is not the cluster that was to be joined: {why}. Nothing was written. Look at --server, and at where the token or certificate came from.");

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{path} can't be read: {error.Message}", error);
        }
    }
}
