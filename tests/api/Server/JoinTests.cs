using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Cluster.Api.Contract;
using Cluster.Api.Server.Joining;
using Cluster.Api.Server.Tests.Support;
using Cluster.Membership.Protocol;
using Cluster.Transport.Security;

namespace Cluster.Api.Server.Tests;

public sealed class JoinTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("join").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_tokens_secret_is_told_once_and_only_its_hash_is_kept()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        IssuedToken issued = await IssueAsync(api, """{"who":"Ada","validForSeconds":600,"uses":2}""");
        JoinToken token = JoinToken.TryParse(issued.Token)!;
        TokenIssue command = Assert.Single(api.Cluster.Commands).TokenIssue;
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(token.Secret)), command.SecretSha256.ToByteArray());
        Assert.DoesNotContain(token.Secret, command.ToString(), StringComparison.Ordinal);
        Assert.Null(token.Fingerprint);
        Assert.Equal(43, token.Secret.Length);
        Assert.InRange(issued.Document.ExpiresAt, DateTime.UtcNow.AddSeconds(500), DateTime.UtcNow.AddSeconds(700));
        string list = await api.Client.GetStringAsync("/v1/tokens");
        Assert.Contains(token.Id, list, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Secret, list, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Secret, $"{token}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_tokens_are_never_alike()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        IssuedToken first = await IssueAsync(api, """{"who":"Ada"}""");
        IssuedToken second = await IssueAsync(api, """{"who":"Ada"}""");
        Assert.NotEqual(first.Token, second.Token);
        Assert.NotEqual(first.Document.Id, second.Document.Id);
    }

    [Fact]
    public async Task Whoever_has_a_token_is_admitted_and_told_everything()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        IssuedToken issued = await IssueAsync(api, """{"who":"Ada"}""");
        using HttpResponseMessage response = await JoinAsync(api, issued.Token);
        JoinDocument answer = await ReadAsync(response);
        Assert.Equal(("test", 4u, PeerLinks.Plain), (answer.Cluster, answer.Node.Id, answer.Links));
        Assert.Equal(["n1", "n2", "n3"], answer.Founders.Select(founder => founder.Name));
        Assert.Equal(["n1", "n2", "n3", "n4"], answer.Peers.Select(peer => peer.Name));
        NodeAdd add = api.Cluster.Commands[1].NodeAdd;
        Assert.Equal((issued.Document.Id, 1u), (add.Token, add.Votes));

        // The answer was lost: asked again it is the same, though the token is used up by now.
        using HttpResponseMessage again = await JoinAsync(api, issued.Token);
        Assert.Equal(4u, (await ReadAsync(again)).Node.Id);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("t00000000.AAAA")]
    [InlineData("{ID}.AAAA")]
    [InlineData("{ID}.{SECRETX}")]
    public async Task A_wrong_token_admits_nobody(string token)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        JoinToken good = JoinToken.TryParse((await IssueAsync(api, """{"who":"Ada"}""")).Token)!;
        using HttpResponseMessage response = await JoinAsync(
            api, token.Replace("{ID}", good.Id, StringComparison.Ordinal).Replace("{SECRETX}", good.Secret + "x", StringComparison.Ordinal));
        await ApiFixture.AssertProblemAsync(response, 403, "not-admitted");
        Assert.Single(api.Cluster.Commands);
    }

    [Fact]
    public async Task A_revoked_or_expired_token_admits_nobody()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        IssuedToken revoked = await IssueAsync(api, """{"who":"Ada"}""");
        using HttpResponseMessage gone = await api.SendAsync(HttpMethod.Delete, $"/v1/tokens/{revoked.Document.Id}?who=Ada");
        Assert.Equal("revoked", (await ApiFixture.JsonAsync(gone)).GetProperty("state").GetString());
        using HttpResponseMessage first = await JoinAsync(api, revoked.Token);
        Assert.Contains("revoked", (await ApiFixture.AssertProblemAsync(first, 403, "not-admitted")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        IssuedToken expired = await IssueAsync(api, """{"who":"Ada"}""");
        int at = api.Cluster.Tokens.FindIndex(token => token.Id == expired.Document.Id);
        api.Cluster.Tokens[at] = api.Cluster.Tokens[at] with { ExpiresAtUnixMs = 1 };
        using HttpResponseMessage second = await JoinAsync(api, expired.Token);
        Assert.Contains("expired", (await ApiFixture.AssertProblemAsync(second, 403, "not-admitted")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        using HttpResponseMessage unknown = await api.SendAsync(HttpMethod.Delete, "/v1/tokens/t1?who=Ada");
        await ApiFixture.AssertProblemAsync(unknown, 404, "unknown-token");
    }

    [Theory]
    [InlineData("""{"who":"Ada","validForSeconds":59}""")]
    [InlineData("""{"who":"Ada","uses":1001}""")]
    [InlineData("""{"validForSeconds":600}""")]
    public async Task A_token_that_makes_no_sense_is_refused(string body)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage response = await api.PostAsync("/v1/tokens", body);
        await ApiFixture.AssertProblemAsync(response, 400, "invalid-body");
    }

    [Fact]
    public async Task With_the_CAs_key_a_certificate_is_signed_for_the_joiners_own_key()
    {
        JoinMaterial material = Authority(withKey: true);
        await using ApiFixture api = await ApiFixture.StartAsync(material: material);
        IssuedToken issued = await IssueAsync(api, """{"who":"Ada"}""");
        Assert.Equal(material.Fingerprint(), JoinToken.TryParse(issued.Token)!.Fingerprint);
        (string key, string wanted) = NodeKey.Draw("somebody-else");
        using HttpResponseMessage response = await JoinAsync(api, issued.Token, wanted);
        JoinDocument answer = await ReadAsync(response);
        Assert.Equal(PeerLinks.Tls, answer.Links);
        CertificateFolder.WriteNode(Path.Combine(_folder, "n4"), "n4", key, answer.Certificate, answer.Authority!);
        CertificateSummary summary = Assert.Single(CertificateSummary.OfFile(Path.Combine(_folder, "n4", "n4.crt")));
        Assert.Equal(new PeerName("test", "n4"), summary.Name);
        Assert.Equal(["10.0.0.4"], summary.Hosts);
        using X509Certificate2 pair = X509Certificate2.CreateFromPem(answer.Certificate!, key);
        Assert.True(pair.HasPrivateKey);
    }

    [Fact]
    public async Task Without_the_CAs_key_the_node_is_admitted_and_gets_no_certificate()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(material: Authority(withKey: false));
        using HttpResponseMessage response = await JoinAsync(api, (await IssueAsync(api, """{"who":"Ada"}""")).Token, NodeKey.Draw("n4").RequestPem);
        JoinDocument answer = await ReadAsync(response);
        Assert.Null(answer.Certificate);
        Assert.NotNull(answer.Authority);
    }

    [Fact]
    public async Task A_certificate_of_the_clusters_CA_admits_its_node_and_no_other()
    {
        JoinMaterial material = Authority(withKey: false);
        CertificateFolder.IssueNode(Path.Combine(_folder, "ca"), Path.Combine(_folder, "n4"), "n4", [], 10, DateTimeOffset.UtcNow);
        await using ApiFixture api = await ApiFixture.StartAsync(material: material);
        using HttpResponseMessage other = await ShowAsync(api, "n5", request => request);
        await ApiFixture.AssertProblemAsync(other, 403, "not-admitted");
        using HttpResponseMessage changed = await ShowAsync(api, "n4", request => request with { Addresses = ["evil:1"] });
        Assert.Contains(
            "not signed with its key",
            (await ApiFixture.AssertProblemAsync(changed, 403, "not-admitted")).GetProperty("detail").GetString(),
            StringComparison.Ordinal);
        using HttpResponseMessage old = await ShowAsync(api, "n4", request => request, DateTimeOffset.UtcNow.AddHours(-1));
        await ApiFixture.AssertProblemAsync(old, 403, "not-admitted");
        Assert.Equal(0, api.Cluster.Submitted);
        using HttpResponseMessage good = await ShowAsync(api, "n4", request => request);
        Assert.Equal(4u, (await ReadAsync(good)).Node.Id);
        Assert.Equal("certificate of n4", api.Cluster.Commands[0].NodeAdd.Who);
    }

    [Fact]
    public async Task A_foreign_CAs_certificate_admits_nobody_and_plain_links_have_none()
    {
        _ = Authority(withKey: false);
        CertificateFolder.IssueNode(Path.Combine(_folder, "ca"), Path.Combine(_folder, "n4"), "n4", [], 10, DateTimeOffset.UtcNow);
        string foreign = Path.Combine(_folder, "foreign");
        CertificateFolder.CreateAuthority(foreign, "test", 10, DateTimeOffset.UtcNow);
        await using (ApiFixture api = await ApiFixture.StartAsync(material: new JoinMaterial(Path.Combine(foreign, "ca.crt"), null)))
        {
            using HttpResponseMessage response = await ShowAsync(api, "n4", request => request);
            await ApiFixture.AssertProblemAsync(response, 403, "not-admitted");
        }

        await using ApiFixture plain = await ApiFixture.StartAsync();
        using HttpResponseMessage refused = await ShowAsync(plain, "n4", request => request);
        await ApiFixture.AssertProblemAsync(refused, 403, "not-admitted");
    }

    private JoinMaterial Authority(bool withKey)
    {
        string folder = Path.Combine(_folder, "ca");
        string certificate = CertificateFolder.CreateAuthority(folder, "test", 100, DateTimeOffset.UtcNow);
        return new JoinMaterial(certificate, withKey ? Path.Combine(folder, "ca.key") : null);
    }

    private static async Task<IssuedToken> IssueAsync(ApiFixture api, string body)
    {
        using HttpResponseMessage response = await api.PostAsync("/v1/tokens", body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(), ApiJson.Default.IssuedToken)!;
    }

    private static Task<HttpResponseMessage> JoinAsync(ApiFixture api, string token, string? request = null) => api.PostAsync(
        "/v1/join",
        JsonSerializer.Serialize(
            new JoinRequest { Token = token, Name = "n4", Addresses = ["10.0.0.4:7101"], CertificateRequest = request }, ApiJson.Default.JoinRequest));

    private Task<HttpResponseMessage> ShowAsync(ApiFixture api, string name, Func<JoinRequest, JoinRequest> forge, DateTimeOffset? at = null)
    {
        var request = new JoinRequest
        {
            Name = name,
            Addresses = ["10.0.0.4:7101"],
            Certificate = File.ReadAllText(Path.Combine(_folder, "n4", "n4.crt")),
            SignedAt = (at ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds(),
        };
        byte[] signature = NodeKey.Sign(File.ReadAllText(Path.Combine(_folder, "n4", "n4.key")), request.SignedText());
        return api.PostAsync(
            "/v1/join", JsonSerializer.Serialize(forge(request with { Signature = Convert.ToBase64String(signature) }), ApiJson.Default.JoinRequest));
    }

    private static async Task<JoinDocument> ReadAsync(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonSerializer.Deserialize(text, ApiJson.Default.JoinDocument)!;
    }
}
