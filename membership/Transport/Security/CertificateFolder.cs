using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cluster.Transport.Security;

/// <summary>
/// Certificates and keys as files, in PEM (RFC 7468): <c>ca.crt</c>, <c>ca.key</c>, <c>NODE.crt</c>, <c>NODE.key</c>. Nothing is ever
/// overwritten; keys can be read by their owner only.
/// </summary>
public static class CertificateFolder
{
    /// <summary>The CA's certificate.</summary>
    public const string AuthorityCertificate = "ca.crt";

    /// <summary>The CA's key.</summary>
    public const string AuthorityKey = "ca.key";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode PrivateFolder = Private | UnixFileMode.UserExecute;

    /// <summary>Makes a cluster's CA in a folder, which is made when missing.</summary>
    /// <returns>The path of its certificate.</returns>
    /// <exception cref="CertificateException">It can't be made, or one is there.</exception>
    public static string CreateAuthority(string folder, string clusterId, int days, DateTimeOffset now)
    {
        using CertificateAuthority authority = CertificateAuthority.Create(clusterId, days, now);
        string certificate = Path.Combine(folder, AuthorityCertificate);
        string key = Path.Combine(folder, AuthorityKey);
        Write(folder, () =>
        {
            RefuseExisting(key, certificate);
            WriteNew(key, KeyOf(authority.Certificate), Private);
            WriteNew(certificate, authority.Certificate.ExportCertificatePem() + "\n", Public);
        });
        return certificate;
    }

    /// <summary>
    /// Issues a node's certificate by the CA in one folder into another, which is made when missing. The CA's certificate is put
    /// beside it, because the node needs that too.
    /// </summary>
    /// <returns>The path of the certificate; the key lies beside it with the extension <c>.key</c>.</returns>
    /// <exception cref="CertificateException">It can't be made, or one is there.</exception>
    public static string IssueNode(
        string authorityFolder, string folder, string node, IReadOnlyList<string> hosts, int days, DateTimeOffset now)
    {
        using CertificateAuthority authority = OpenAuthority(authorityFolder);
        using X509Certificate2 issued = authority.Issue(node, hosts, days, now);
        string certificate = Path.Combine(folder, node + ".crt");
        string key = Path.Combine(folder, node + ".key");
        string copy = Path.Combine(folder, AuthorityCertificate);
        string authorityPem = authority.Certificate.ExportCertificatePem() + "\n";
        Write(folder, () =>
        {
            RefuseExisting(key, certificate);
            if (!File.Exists(copy))
            {
                WriteNew(copy, authorityPem, Public);
            }
            else if (!ReadText(copy).Contains(authorityPem.Trim(), StringComparison.Ordinal))
            {
                throw new CertificateException(
                    $"{copy} is the certificate of another CA; give another folder with --out, or move that file away");
            }

            WriteNew(key, KeyOf(issued), Private);
            WriteNew(certificate, issued.ExportCertificatePem() + "\n", Public);
        });
        return certificate;
    }

    /// <summary>Puts what a node needs into a folder, which is made when missing: its key, its certificate if it has one already, and that of the CA.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="keyPem">Its key.</param>
    /// <param name="certificatePem">Its certificate; null when it is still to come.</param>
    /// <param name="authorityPem">The certificates of the cluster's CA.</param>
    /// <exception cref="CertificateException">The folder can't be written, or one of the files is there.</exception>
    public static void WriteNode(string folder, string node, string keyPem, string? certificatePem, string authorityPem)
    {
        string authority = Path.Combine(folder, AuthorityCertificate);
        string key = Path.Combine(folder, node + ".key");
        string certificate = Path.Combine(folder, node + ".crt");
        Write(folder, () =>
        {
            RefuseExisting(authority, key, certificate);
            WriteNew(authority, authorityPem, Public);
            WriteNew(key, keyPem, Private);
            if (certificatePem is not null)
            {
                WriteNew(certificate, certificatePem, Public);
            }
        });
    }

    /// <summary>Opens the CA in a folder.</summary>
    /// <exception cref="CertificateException">There is none, or it can't be read.</exception>
    public static CertificateAuthority OpenAuthority(string folder)
    {
        string certificate = Path.Combine(folder, AuthorityCertificate);
        string key = Path.Combine(folder, AuthorityKey);
        if (!File.Exists(certificate) || !File.Exists(key))
        {
            throw new CertificateException(
                $"{folder} holds no CA ({AuthorityCertificate} and {AuthorityKey}); name the folder that 'clusterctl pki init' made with --ca");
        }

        try
        {
            return CertificateAuthority.FromPem(ReadText(certificate), ReadText(key));
        }
        catch (CertificateException e)
        {
            throw new CertificateException($"{folder}: {e.Message}", e);
        }
    }

    private static string KeyOf(X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private static string ReadText(string path)
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

    private static void RefuseExisting(params ReadOnlySpan<string> paths)
    {
        foreach (string path in paths)
        {
            if (File.Exists(path))
            {
                throw new CertificateException(
                    $"{path} exists and is not overwritten; give another folder with --out, or move that file away if it is not needed any more");
            }
        }
    }

    private static void Write(string folder, Action write)
    {
        try
        {
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder, PrivateFolder);
            }

            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CertificateException($"the folder {folder} can't be written: {e.Message}", e);
        }
    }

    private static void WriteNew(string path, string text, UnixFileMode mode)
    {
        using FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
        });
        file.Write(Encoding.ASCII.GetBytes(text));
        file.Flush(flushToDisk: true);
    }
}
