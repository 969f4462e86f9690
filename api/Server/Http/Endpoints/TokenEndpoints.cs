using System.ComponentModel;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Joining;
using Cluster.Membership.Protocol;
using Cluster.Transport.Security;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>Join tokens: whoever has one may add nodes.</summary>
internal static class TokenEndpoints
{
    private const int ShortestSeconds = 60;
    private const int LongestSeconds = 31_536_000;
    private const int DefaultSeconds = 3600;
    private const uint MostUses = 1000;

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/tokens", IssueAsync)
            .WithName("issueToken").WithTags("joining")
            .WithSummary("Issue a join token")
            .WithDescription("The answer is the only place where the token itself is ever told: the cluster keeps a hash of its secret.")
            .Accepts<TokenRequest>("application/json")
            .AnswersProblems(400, 409, 413, 415, 503);
        routes.MapGet("/v1/tokens", ListAsync)
            .WithName("listTokens").WithTags("joining")
            .WithSummary("All join tokens, without their secrets")
            .WithDescription("By id. Tokens that are good for nothing are forgotten when there are very many.")
            .AnswersProblems(503);
        routes.MapDelete("/v1/tokens/{id}", RevokeAsync)
            .WithName("revokeToken").WithTags("joining")
            .WithSummary("Withdraw a join token")
            .WithDescription("Nodes that were added with it stay.")
            .AnswersProblems(400, 404, 409, 503);
    }

    private static async Task<Created<IssuedToken>> IssueAsync(
        HttpRequest request, ICluster cluster, ClusterWriter writer, JoinMaterial material, CancellationToken cancellation)
    {
        TokenRequest body = await RequestBody.ReadAsync(
            request, ApiJson.Default.TokenRequest, """{"who":"your name","validForSeconds":3600,"uses":1}""").ConfigureAwait(false);
        string who = RequestBody.Who(body.Who);
        int seconds = body.ValidForSeconds ?? DefaultSeconds;
        if (seconds is < ShortestSeconds or > LongestSeconds)
        {
            throw Problems.InvalidBody($"'validForSeconds' is {seconds}. Write {ShortestSeconds} to {LongestSeconds}.");
        }

        uint uses = body.Uses ?? 1;
        if (uses > MostUses)
        {
            throw Problems.InvalidBody($"'uses' is {uses}. Write 1 to {MostUses}, or 0 for any number.");
        }

        JoinToken token;
        try
        {
            token = JoinToken.Draw(material.Fingerprint());
        }
        catch (CertificateException error)
        {
            throw Problems.Fault($"The CA's certificate can't be read, so no token can name it: {error.Message}. See peerTls.ca in the configuration.");
        }

        var issue = new TokenIssue
        {
            Id = token.Id,
            SecretSha256 = ByteString.CopyFrom(token.SecretHash()),
            ExpiresAtUnixMs = DateTimeOffset.UtcNow.AddSeconds(seconds).ToUnixTimeMilliseconds(),
            Uses = uses,
            Who = who,
        };
        await writer.SubmitAsync("Issuing a join token", new Command { TokenIssue = issue }, cancellation).ConfigureAwait(false);
        TokenDocument document = await FindAsync(token.Id, cluster, cancellation).ConfigureAwait(false);
        return TypedResults.Created($"/v1/tokens/{token.Id}", new IssuedToken(token.Text(), document));
    }

    private static async Task<Ok<TokenList>> ListAsync(ICluster cluster, CancellationToken cancellation) => TypedResults.Ok(new TokenList(
        [.. (await cluster.ReadTokensAsync(cancellation).ConfigureAwait(false)).Select(token => token.Document(DateTimeOffset.UtcNow))]));

    private static async Task<Ok<TokenDocument>> RevokeAsync(
        [Description("The token's id.")] string id,
        [Description("Who withdraws it. Required.")] string? who,
        ICluster cluster, ClusterWriter writer, CancellationToken cancellation)
    {
        string revoker = RequestBody.Who(who);
        TokenDocument token = await FindAsync(id, cluster, cancellation).ConfigureAwait(false);
        await writer.SubmitAsync(
            $"Revoking the join token {token.Id}",
            new Command { TokenRevoke = new TokenRevoke { Id = token.Id, Who = revoker } },
            cancellation).ConfigureAwait(false);
        return TypedResults.Ok(await FindAsync(id, cluster, cancellation).ConfigureAwait(false));
    }

    private static async Task<TokenDocument> FindAsync(string id, ICluster cluster, CancellationToken cancellation)
    {
        IReadOnlyList<KnownToken> tokens = await cluster.ReadTokensAsync(cancellation).ConfigureAwait(false);
        return tokens.FirstOrDefault(token => token.Id == id)?.Document(DateTimeOffset.UtcNow) ?? throw Problems.UnknownToken(id);
    }
}
