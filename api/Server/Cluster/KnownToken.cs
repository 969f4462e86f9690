using Cluster.Api.Contract;
using Cluster.Membership;

namespace Cluster.Api.Server.Cluster;

/// <summary>What the cluster keeps of a join token.</summary>
internal sealed record KnownToken(string Id, ReadOnlyMemory<byte> SecretSha256, long ExpiresAtUnixMs, uint Uses, uint Used, string Who, bool IsRevoked)
{
    public static KnownToken Of(TokenRecord token) =>
        new(token.Id, token.SecretSha256, token.ExpiresAtUnixMs, token.Uses, token.Used, token.Who, token.IsRevoked);

    public TokenState State(DateTimeOffset now) =>
        IsRevoked ? TokenState.Revoked
        : now.ToUnixTimeMilliseconds() > ExpiresAtUnixMs ? TokenState.Expired
        : Uses > 0 && Used >= Uses ? TokenState.UsedUp
        : TokenState.Good;

    public TokenDocument Document(DateTimeOffset now) => new()
    {
        Id = Id,
        Who = Who,
        State = State(now),
        ExpiresAt = DocumentMap.Time(ExpiresAtUnixMs),
        Uses = Uses == 0 ? null : Uses,
        Used = Used,
    };
}
