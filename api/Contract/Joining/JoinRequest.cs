using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>
/// Asks to be admitted as a node, with a join token or with a certificate that the cluster's CA has signed. Asked twice alike it is answered alike,
/// and a token is used up once.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record JoinRequest
{
    /// <summary>The join token, as it was shown when it was issued.</summary>
    public string? Token { get; init; }

    /// <summary>Instead of a token: the node's certificate, in PEM.</summary>
    public string? Certificate { get; init; }

    /// <summary>With <see cref="Certificate"/>: when it was signed, in Unix seconds.</summary>
    public long? SignedAt { get; init; }

    /// <summary>With <see cref="Certificate"/>: <c>SignedText()</c> signed with the certificate's key (ECDSA with SHA-256), in base64.</summary>
    public string? Signature { get; init; }

    /// <summary>The node's name. Required; 1 to 63 of a-z 0-9 -, beginning with a letter or digit.</summary>
    public string? Name { get; init; }

    /// <summary>Where the other nodes reach it, <c>host:port</c>, the preferred one first. Required, at most 8.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>Whether it votes and holds no lock manager. Left out: false.</summary>
    public bool? Arbiter { get; init; }

    /// <summary>What is to be noted about it, by key.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>A certificate signing request (PKCS #10) in PEM, to be signed if the answering node holds the CA's key.</summary>
    public string? CertificateRequest { get; init; }

    /// <summary>What is signed when a certificate is shown: everything that decides what is admitted, a line each.</summary>
    public string SignedText() => string.Join(
        '\n',
        "cluster join",
        Name,
        string.Join(',', Addresses ?? []),
        Arbiter == true ? "arbiter" : "",
        SignedAt?.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
