using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Cluster.Api.Contract;

/// <summary>
/// A join token as people carry it: <c>ID.SECRET</c>, and, where links are secured, <c>.FINGERPRINT</c> of the cluster's CA. With that the machine that joins
/// knows that the CA it is told is the right one, whoever answered.
/// </summary>
/// <param name="Id">Names it.</param>
/// <param name="Secret">What only its bearers know.</param>
/// <param name="Fingerprint">SHA-256 of the CA's certificate (DER) in base64url; null with plain links.</param>
public sealed record JoinToken(string Id, string Secret, string? Fingerprint)
{
    private const int SecretBytes = 32;
    private const int LongestText = 256;

    /// <summary>Draws a new one.</summary>
    public static JoinToken Draw(string? fingerprint) => new(
        $"t{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}",
        Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)),
        fingerprint);

    /// <summary>Reads one; null when it is none.</summary>
    public static JoinToken? TryParse(string? text)
    {
        string[] parts = text is { Length: > 0 and <= LongestText } ? text.Trim().Split('.') : [];
        return parts.Length is 2 or 3 && parts.All(part => part.Length > 0) ? new JoinToken(parts[0], parts[1], parts.ElementAtOrDefault(2)) : null;
    }

    /// <summary>SHA-256 of the secret: all that the cluster keeps of it.</summary>
    public byte[] SecretHash() => SHA256.HashData(Encoding.UTF8.GetBytes(Secret));

    /// <summary>Writes it as it was read. Whoever sees it may add nodes: never log it.</summary>
    public string Text() => Fingerprint is null ? $"{Id}.{Secret}" : $"{Id}.{Secret}.{Fingerprint}";

    /// <summary>Without the secret, so that it may be logged.</summary>
    public override string ToString() => Id;

    /// <summary>The fingerprint of a CA's certificate.</summary>
    /// <param name="certificate">The certificate (DER).</param>
    public static string FingerprintOf(ReadOnlySpan<byte> certificate) => Base64Url.EncodeToString(SHA256.HashData(certificate));
}
