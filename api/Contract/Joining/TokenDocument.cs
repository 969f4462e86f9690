using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>A join token, without its secret, which nobody keeps.</summary>
public sealed record TokenDocument
{
    /// <summary>Names it; no secret.</summary>
    public required string Id { get; init; }

    /// <summary>Who issued it.</summary>
    public required string Who { get; init; }

    /// <summary>Whether it is good.</summary>
    public required TokenState State { get; init; }

    /// <summary>Until when it is good (UTC).</summary>
    public required DateTime ExpiresAt { get; init; }

    /// <summary>How many nodes may be added with it; absent: any number.</summary>
    public uint? Uses { get; init; }

    /// <summary>How many were.</summary>
    public required uint Used { get; init; }
}

/// <summary>Whether a join token is good.</summary>
[JsonConverter(typeof(KebabCaseConverter<TokenState>))]
public enum TokenState
{
    /// <summary>It is.</summary>
    Good,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>As many nodes as it is for were added.</summary>
    UsedUp,

    /// <summary>It was withdrawn.</summary>
    Revoked,
}

/// <summary>A join token that was just issued.</summary>
/// <param name="Token">The token itself. It is told this once: the cluster keeps only a hash of its secret.</param>
/// <param name="Document">What is kept of it.</param>
public sealed record IssuedToken(string Token, TokenDocument Document);

/// <summary>All join tokens.</summary>
/// <param name="Tokens">By id.</param>
public sealed record TokenList(IReadOnlyList<TokenDocument> Tokens);

/// <summary>Asks for a join token.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TokenRequest
{
    /// <summary>Who issues it. Required, at most 128 characters.</summary>
    public string? Who { get; init; }

    /// <summary>For how many seconds it is good, 60 to 31536000. Left out: 3600.</summary>
    public int? ValidForSeconds { get; init; }

    /// <summary>How many nodes may be added with it, 1 to 1000; 0 for any number. Left out: 1.</summary>
    public uint? Uses { get; init; }
}
