namespace Cluster.Transport.Security;

/// <summary>
/// The name that a node's certificate carries, as a URI among its subject alternative names (RFC 5280 section 4.2.1.6):
/// <c>cluster://CLUSTER/NODE</c>. The CA's own certificate carries <c>cluster://CLUSTER</c>.
/// </summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="Node">The node's name; null in the certificate of a CA.</param>
public sealed record PeerName(string ClusterId, string? Node)
{
    private const string Scheme = "cluster://";
    private const int LongestName = 63;

    /// <summary>What <see cref="IsName"/> takes, in words.</summary>
    public const string NameRule = "1 to 63 of a-z 0-9 -, beginning with a letter or digit";

    /// <summary>Whether a text may name a cluster or a node, here and in the configuration of a daemon.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName && text[0] != '-' && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    /// <summary>Reads a URI; null when it is no name of this kind.</summary>
    public static PeerName? TryParse(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return null;
        }

        string[] parts = uri[Scheme.Length..].Split('/');
        return parts.Length <= 2 && parts.All(IsName) ? new PeerName(parts[0], parts.ElementAtOrDefault(1)) : null;
    }

    /// <summary>The URI.</summary>
    public override string ToString() => Node is null ? Scheme + ClusterId : $"{Scheme}{ClusterId}/{Node}";
}
