using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <content>Join tokens.</content>
public sealed partial class ClusterState
{
    /// <summary>How many tokens are kept; the useless ones go first.</summary>
    private const int TokenLimit = 100;

    private const int Sha256Bytes = 32;

    private readonly SortedDictionary<string, TokenRecord> _tokens = new(StringComparer.Ordinal);

    /// <summary>The join tokens, ordered by their names.</summary>
    public IReadOnlyCollection<TokenRecord> Tokens => _tokens.Values;

    /// <summary>Finds a join token.</summary>
    public TokenRecord? FindToken(string id) => _tokens.GetValueOrDefault(id);

    private CommandOutcome ApplyTokenIssue(TokenIssue issue)
    {
        if (!NodeRules.IsName(issue.Id) || issue.SecretSha256.Length != Sha256Bytes || issue.Who.Length == 0)
        {
            return Refused(
                OutcomeCode.Malformed,
                $"a join token needs a name ({NodeRules.NameRule}), the SHA-256 of its secret ({Sha256Bytes} bytes), and who issues it");
        }

        if (_tokens.TryGetValue(issue.Id, out TokenRecord? known))
        {
            return known.SecretSha256.Span.SequenceEqual(issue.SecretSha256.Span)
                ? Accepted()
                : Refused(OutcomeCode.Conflict, $"there is a join token {issue.Id} with another secret; give the new one another name");
        }

        if (_tokens.Count >= TokenLimit)
        {
            DropUselessTokens();
        }

        if (_tokens.Count >= TokenLimit)
        {
            return Refused(OutcomeCode.Conflict, $"{TokenLimit} join tokens are good already; revoke some first");
        }

        _tokens.Add(issue.Id, new TokenRecord(issue.Id, issue.SecretSha256.ToByteArray())
        {
            ExpiresAtUnixMs = issue.ExpiresAtUnixMs,
            Uses = issue.Uses,
            Who = issue.Who,
        });
        return Accepted();
    }

    private CommandOutcome ApplyTokenRevoke(TokenRevoke revoke)
    {
        if (FindToken(revoke.Id) is not { } token)
        {
            return Refused(OutcomeCode.NotFound, $"there is no join token {revoke.Id}; it may have been dropped after it was used up or had expired");
        }

        token.IsRevoked = true;
        return Accepted();
    }

    private void DropUselessTokens()
    {
        List<string> useless = [];
        foreach (TokenRecord token in _tokens.Values)
        {
            if (token.WhyUseless(_applyingAtUnixMs) is not null)
            {
                useless.Add(token.Id);
            }
        }

        foreach (string id in useless)
        {
            _tokens.Remove(id);
        }
    }
}
