namespace Cluster.Membership;

/// <summary>
/// A join token: whoever knows its secret may add nodes. Only a hash of the secret is kept, and whoever proposes a <c>NodeAdd</c> with it has compared it. Read it;
/// only <see cref="ClusterState"/> changes it.
/// </summary>
public sealed class TokenRecord
{
    internal TokenRecord(string id, ReadOnlyMemory<byte> secretSha256)
    {
        Id = id;
        SecretSha256 = secretSha256;
    }

    /// <summary>Names it; no secret.</summary>
    public string Id { get; }

    /// <summary>SHA-256 of the secret.</summary>
    public ReadOnlyMemory<byte> SecretSha256 { get; }

    /// <summary>Until when it is good, Unix milliseconds, by the wall clock of whoever proposes to use it.</summary>
    public long ExpiresAtUnixMs { get; internal set; }

    /// <summary>How many nodes may be added with it; 0 for no limit.</summary>
    public uint Uses { get; internal set; }

    /// <summary>How many were.</summary>
    public uint Used { get; internal set; }

    /// <summary>Who issued it.</summary>
    public string Who { get; internal set; } = "";

    /// <summary>Whether it was withdrawn.</summary>
    public bool IsRevoked { get; internal set; }

    /// <summary>Why it is good for nothing at a time; null while it is good.</summary>
    /// <param name="atUnixMs">The time, Unix milliseconds.</param>
    public string? WhyUseless(long atUnixMs) =>
        IsRevoked ? "was revoked"
        : atUnixMs > ExpiresAtUnixMs ? "has expired"
        : Uses > 0 && Used >= Uses ? $"has been used {Used} times, as often as it may"
        : null;
}
