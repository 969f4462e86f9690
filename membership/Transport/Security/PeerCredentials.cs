using System.Security.Cryptography.X509Certificates;

namespace Cluster.Transport.Security;

/// <summary>
/// A node's own certificate and the cluster's CA, read from files and read again when the files have changed: new connections use
/// what is there now, those that stand go on. What can't be used is reported, and what was there before stays in use. Safe for use
/// by many threads.
/// </summary>
public sealed class PeerCredentials
{
    private static readonly TimeSpan s_lookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly PeerTlsFiles _files;
    private readonly TimeProvider _time;
    private readonly Action<CredentialsChange>? _changed;
    private PemContent _content;
    private LoadedCredentials _loaded;
    private string? _problem;
    private long _lookedAt;

    private PeerCredentials(PeerTlsFiles files, PeerName self, TimeProvider time, Action<CredentialsChange>? changed)
    {
        _files = files;
        _time = time;
        _changed = changed;
        Self = self;
        _content = PemContent.Read(files);
        _loaded = LoadedCredentials.Parse(files, _content, self, time.GetUtcNow());
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>Whose they are.</summary>
    public PeerName Self { get; }

    /// <summary>The moment from which the present certificate is not good any more.</summary>
    public DateTimeOffset NotAfter => Current().Own.NotAfter;

    /// <summary>Reads and checks the files.</summary>
    /// <param name="files">The files.</param>
    /// <param name="self">Whom the certificate must name.</param>
    /// <param name="time">Clock; the system's when null.</param>
    /// <param name="changed">Told of each later change of the files; must be cheap.</param>
    /// <exception cref="CertificateException">They can't be used.</exception>
    public static PeerCredentials Load(
        PeerTlsFiles files, PeerName self, TimeProvider? time = null, Action<CredentialsChange>? changed = null) =>
        new(files, self, time ?? TimeProvider.System, changed);

    /// <summary>What is to be used now. Looks at the files at most once a second.</summary>
    internal LoadedCredentials Current()
    {
        CredentialsChange? change;
        LoadedCredentials current;
        lock (_gate)
        {
            change = _time.GetElapsedTime(_lookedAt) < s_lookAgainAfter ? null : LookAgain();
            current = _loaded;
        }

        if (change is not null)
        {
            _changed?.Invoke(change);
        }

        return current;
    }

    /// <summary>Why a peer's certificate does not prove that it is a node of this cluster; null when it does.</summary>
    internal string? RefusalOf(X509Certificate2 certificate, X509Certificate2Collection? sent, string? node, string usage) =>
        PeerCertificateCheck.Refusal(
            certificate, sent, Current().Authorities, Self with { Node = node }, usage, _time.GetUtcNow());

    /// <summary>The rules by which TLS itself looks at a peer's chain.</summary>
    internal X509ChainPolicy PolicyFor(string usage) =>
        PeerCertificateCheck.Policy(Current().Authorities, usage, _time.GetUtcNow());

    /// <summary>
    /// Compares contents, not times: a link that now leads to another folder shows no new time. Content that can't be used is tried
    /// again each time, because only half of the files may have been replaced yet, but told of once.
    /// </summary>
    private CredentialsChange? LookAgain()
    {
        _lookedAt = _time.GetTimestamp();
        try
        {
            PemContent content = PemContent.Read(_files);
            if (content == _content)
            {
                _problem = null;
                return null;
            }

            LoadedCredentials loaded = LoadedCredentials.Parse(_files, content, Self, _time.GetUtcNow());
            (_content, _loaded, _problem) = (content, loaded, null);
            return new CredentialsChange(loaded.Own.NotAfter, null);
        }
        catch (CertificateException e)
        {
            if (e.Message == _problem)
            {
                return null;
            }

            _problem = e.Message;
            return new CredentialsChange(_loaded.Own.NotAfter, e.Message);
        }
    }
}
