using System.Globalization;
using System.Security.Cryptography;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Joining;
using Cluster.Membership.Protocol;
using Cluster.Transport.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>Admission of nodes by token or certificate.</summary>
internal static class JoinEndpoints
{
    private const string Example = """{"token":"t1a2b3c4.SECRET","name":"n4","addresses":["10.0.0.4:7101"]}""";

    /// <summary>How old a shown certificate's signature may be, and how much clocks may differ.</summary>
    private static readonly TimeSpan s_signatureAge = TimeSpan.FromMinutes(5);

    public static void MapJoining(this IEndpointRouteBuilder routes) => routes.MapPost("/v1/join", JoinAsync)
        .WithName("join").WithTags("joining")
        .WithSummary("Admit a node by token or certificate, and tell all that its daemon needs")
        .WithDescription("The cluster's id, the node's number, the founders, the nodes there are, and with secured links the CA's certificates; a certificate "
            + "too, if one is asked for and this node holds the CA's key. 'clusterctl join' asks this and writes the configuration.")
        .Accepts<JoinRequest>("application/json")
        .AnswersProblems(400, 403, 409, 413, 415, 503);

    private static async Task<Ok<JoinDocument>> JoinAsync(
        HttpRequest request, ICluster cluster, ClusterWriter writer, JoinMaterial material, CancellationToken cancellation)
    {
        JoinRequest body = await RequestBody.ReadAsync(request, ApiJson.Default.JoinRequest, Example).ConfigureAwait(false);
        string name = NodeChangeEndpoints.NodeName(body.Name);
        var add = new NodeAdd { Name = name, Votes = 1, IsArbiter = body.Arbiter ?? false };
        add.Addresses.AddRange(NodeChangeEndpoints.Addresses(body.Addresses));
        add.Labels.AddRange(NodeChangeEndpoints.Labels(body.Labels));
        if (body.Token is not null)
        {
            add.Token = await TokenAsync(body.Token, cluster, cancellation).ConfigureAwait(false);
        }
        else
        {
            CheckCertificate(body, name, cluster.Name, material);
            add.Who = $"certificate of {name}";
        }

        string? authority = Usable(material.AuthorityPem);
        await writer.SubmitAsync($"Admitting node {name}", new Command { NodeAdd = add }, cancellation).ConfigureAwait(false);
        string? certificate = body.CertificateRequest is { } wanted && material.CanSign
            ? Usable(() => material.Sign(wanted, name, Hosts(add.Addresses)))
            : null;
        IReadOnlyList<NodeDocument> nodes = (await cluster.ReadAsync(cancellation).ConfigureAwait(false)).Nodes;
        return TypedResults.Ok(new JoinDocument
        {
            Cluster = cluster.Name,
            Node = nodes.FirstOrDefault(node => node.Name == name) ?? throw Problems.UnknownNode(name, nodes),
            Founders = await cluster.ReadFoundersAsync(cancellation).ConfigureAwait(false),
            Peers = [.. nodes.Select(node => new JoinPeer(node.Id, node.Name, node.Addresses))],
            Links = authority is null ? PeerLinks.Plain : PeerLinks.Tls,
            Authority = authority,
            Certificate = certificate,
        });
    }

    /// <summary>The token's id. One that is not known takes as long as a wrong secret, and both are answered alike: nothing is learnt by trying.</summary>
    private static async Task<string> TokenAsync(string text, ICluster cluster, CancellationToken cancellation)
    {
        JoinToken token = JoinToken.TryParse(text)
            ?? throw Problems.NotAdmitted("'token' is no join token (ID.SECRET). Give it as 'clusterctl token issue' showed it.");
        IReadOnlyList<KnownToken> tokens = await cluster.ReadTokensAsync(cancellation).ConfigureAwait(false);
        KnownToken? known = tokens.FirstOrDefault(each => each.Id == token.Id);
        byte[] hash = token.SecretHash();
        bool right = CryptographicOperations.FixedTimeEquals(hash, known is null ? new byte[hash.Length] : known.SecretSha256.Span);
        if (!right || known is null)
        {
            throw Problems.NotAdmitted("The token is not one of this cluster's, or its secret is wrong. Ask an operator for a new one: clusterctl token issue.");
        }

        return known.State(DateTimeOffset.UtcNow) switch
        {
            TokenState.Revoked => throw Problems.NotAdmitted($"The join token {known.Id} was revoked. Ask an operator for a new one."),
            TokenState.Expired => throw Problems.NotAdmitted($"The join token {known.Id} has expired. Ask an operator for a new one."),

            // One that is used up may still repeat a request whose answer was lost: the ledger of nodes decides.
            _ => known.Id,
        };
    }

    private static void CheckCertificate(JoinRequest body, string name, string cluster, JoinMaterial material)
    {
        if (body.Certificate is null || body.SignedAt is null || body.Signature is null)
        {
            throw Problems.InvalidBody(
                "Neither 'token' nor 'certificate' with 'signedAt' and 'signature' is given. Give a join token, or a certificate of the cluster's CA.");
        }

        string authority = Usable(material.AuthorityPem)
            ?? throw Problems.NotAdmitted("The cluster's links are plain: it has no CA whose certificates could count. Give a join token.");
        DateTimeOffset now = DateTimeOffset.UtcNow;
        long age = Math.Abs(now.ToUnixTimeSeconds() - body.SignedAt.Value);
        if (age > (long)s_signatureAge.TotalSeconds)
        {
            throw Problems.NotAdmitted(string.Create(
                CultureInfo.InvariantCulture,
                $"The request was signed {age} s away from this node's time; {s_signatureAge.TotalSeconds:0} s are taken. Set the clocks right and sign it anew."));
        }

        byte[] signature = new byte[body.Signature.Length];
        string? refusal = Convert.TryFromBase64String(body.Signature, signature, out int length)
            ? NodeKey.Refusal(body.Certificate, authority, new PeerName(cluster, name), body.SignedText(), signature.AsSpan(0, length), now)
            : "its signature is not base64";
        if (refusal is not null)
        {
            throw Problems.NotAdmitted($"The certificate admits nobody: {refusal}. Show one that 'clusterctl pki issue {name}' made for this cluster.");
        }
    }

    private static T Usable<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CertificateException error)
        {
            throw Problems.InvalidBody($"Certificates can't be dealt with here: {Problems.Shown(error.Message, 300)}.");
        }
    }

    private static string[] Hosts(IEnumerable<string> addresses) =>
        [.. addresses.Select(address => address[..address.LastIndexOf(':')].Trim('[', ']')).Distinct()];
}
