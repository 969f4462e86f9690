using Cluster.Api.Contract;
using Cluster.Api.Server.Configuration;
using Cluster.Api.Server.Joining;
using Cluster.Api.Server.Tests.Support;
using Cluster.Transport.Security;

namespace Cluster.Api.Cli.Tests;

public sealed class NodesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nodes").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Nodes_are_listed_shown_added_changed_and_removed()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Assert.Contains("admitted: node 4 n4: learner; 10.0.0.4:7101; rack=b7", await OutAsync(
            api, "nodes", "add", "n4", "--address", "10.0.0.4:7101", "--label", "rack=b7", "--who", "Ada"), StringComparison.OrdinalIgnoreCase);
        string list = await OutAsync(api, "nodes");
        Assert.Contains("rack=b7", list, StringComparison.Ordinal);
        Assert.Contains("voter", list, StringComparison.Ordinal);
        Assert.Contains("3 votes", await OutAsync(api, "nodes", "set", "n4", "--votes", "3", "--no-labels", "--who", "Ada"), StringComparison.Ordinal);
        string shown = await OutAsync(api, "nodes", "show", "n4");
        Assert.Contains("only a human's word", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("rack", shown, StringComparison.Ordinal);
        Assert.Contains("is removed", await OutAsync(api, "nodes", "remove", "n4", "--yes", "--who", "Ada"), StringComparison.Ordinal);
        Assert.Equal(1, await new Terminal(api.Address.ToString()).RunAsync("nodes", "show", "n4"));
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("replace")]
    public async Task What_can_not_be_taken_back_must_be_typed(string verb)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Assert.Equal(2, await new Terminal(api.Address.ToString()).RunAsync("nodes", verb, "n3", "--who", "Ada"));
        var person = new Terminal(api.Address.ToString()) { Interactive = true, Input = "n2\n" };
        Assert.Equal(2, await person.RunAsync("nodes", verb, "n3", "--who", "Ada"));
        Assert.Equal(0, api.Cluster.Submitted);
    }

    [Fact]
    public async Task A_replacement_gets_the_name_and_what_was_kept_under_a_new_number()
    {
        var cluster = new FakeCluster();
        cluster.Nodes[2] = cluster.Nodes[2] with { State = NodeState.Fenced, Votes = 2, Addresses = ["10.0.0.3:7101"], Labels = new Dictionary<string, string> { ["a"] = "b" } };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        cluster.Nodes.Add(FakeCluster.Node(4, "n4", NodeState.Up));
        Assert.Contains("node 5 n3: learner, 2 votes; 10.0.0.3:7101; a=b", await OutAsync(api, "nodes", "replace", "n3", "--yes", "--who", "Ada"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_must_be_named_who_changes_something()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(2, await terminal.RunAsync("drain", "n2"));
        Assert.Contains("--who", terminal.Error, StringComparison.Ordinal);
        Assert.Equal(0, await terminal.RunAsync("drain", "n2", "--who", "Ada"));
        Assert.True(api.Cluster.Nodes[1].Draining);
        Assert.Equal(0, await terminal.RunAsync("drain", "n2", "--end", "--who", "Ada"));
        Assert.False(api.Cluster.Nodes[1].Draining);
        Assert.Equal(0, await terminal.RunAsync("maintenance", "n2", "--who", "Ada"));
        Assert.True(api.Cluster.Nodes[1].Maintenance);
        Assert.Equal(1, await terminal.RunAsync("leave", "n2", "--who", "Ada"));
        Assert.Equal(0, await terminal.RunAsync("leave", "n1", "--who", "Ada"));
    }

    [Fact]
    public async Task Waiting_for_a_drain_tells_which_groups_are_still_held()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Cluster.Groups.Add(new GroupDocument
        {
            Name = "locks",
            Url = "/v1/groups/locks",
            State = GroupState.Ready,
            Generation = 1,
            RequiredEvidence = Evidence.ObservedOff,
            Members = [new GroupMemberDocument(7, 0, "n2", 12, "x", 1)],
            Departed = [],
            WaitsFor = [],
        });
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(1, await terminal.RunAsync("drain", "n2", "--who", "Ada", "--wait", "--timeout", "1"));
        Assert.Contains("still in locks", terminal.Error, StringComparison.Ordinal);
        Assert.Equal(0, await terminal.RunAsync("drain", "n1", "--who", "Ada", "--wait", "--timeout", "1"));
    }

    [Fact]
    public async Task A_token_stands_alone_on_standard_output()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(0, await terminal.RunAsync("token", "issue", "--who", "Ada", "--minutes", "5"));
        string token = terminal.Out.Trim();
        Assert.NotNull(JoinToken.TryParse(token));
        Assert.DoesNotContain(token, terminal.Error, StringComparison.Ordinal);
        string list = await OutAsync(api, "token", "list");
        Assert.Contains("0 of 1", list, StringComparison.Ordinal);
        Assert.Contains("is revoked", await OutAsync(api, "token", "revoke", token, "--who", "Ada"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Joining_writes_a_configuration_with_which_the_daemon_starts()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string file = await JoinAsync(api, 0, await TokenFileAsync(api));
        DaemonConfiguration configuration = ConfigurationFile.Load(file);
        Assert.Equal(("test", "n4", 4u, false), (configuration.Cluster, configuration.Self.Name, configuration.Self.Id, configuration.IsFounder));
        Assert.Equal([1u, 2u, 3u, 4u], configuration.Nodes.Select(node => node.Id));
        Assert.Equal("10.0.0.2:7101", configuration.Nodes[1].Addresses[0].ToString());
        Assert.Equal(["10.0.0.4:7101", "[fd00::4]:7101"], configuration.Self.Addresses.Select(address => address.ToString()));
        Assert.Null(configuration.PeerTls);
        Assert.Equal(Path.Combine(_folder, "data \"4\""), configuration.DataDirectory);

        // Never over what is there.
        await JoinAsync(api, 2, Path.Combine(_folder, "token"));
    }

    [Fact]
    public async Task With_secured_links_key_certificate_and_CA_are_written_too()
    {
        string ca = CertificateFolder.CreateAuthority(Path.Combine(_folder, "ca"), "test", 100, DateTimeOffset.UtcNow);
        await using ApiFixture api = await ApiFixture.StartAsync(material: new JoinMaterial(ca, Path.ChangeExtension(ca, ".key")));
        string file = await JoinAsync(api, 0, await TokenFileAsync(api));
        DaemonConfiguration configuration = ConfigurationFile.Load(file);
        Assert.NotNull(PeerCredentials.Load(configuration.PeerTls!, new PeerName("test", "n4")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(configuration.PeerTls!.Key));
    }

    [Fact]
    public async Task Without_the_CAs_key_the_way_to_a_certificate_is_told()
    {
        string ca = CertificateFolder.CreateAuthority(Path.Combine(_folder, "ca"), "test", 100, DateTimeOffset.UtcNow);
        await using ApiFixture api = await ApiFixture.StartAsync(material: new JoinMaterial(ca, null));
        var terminal = new Terminal("unused:");
        Assert.Equal(0, await terminal.RunAsync(Arguments(api, "--token", await TokenFileAsync(api))));
        Assert.Contains("clusterctl pki issue n4", terminal.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "pki")));
    }

    [Fact]
    public async Task A_certificate_that_was_issued_before_admits_without_a_token()
    {
        string ca = CertificateFolder.CreateAuthority(Path.Combine(_folder, "ca"), "test", 100, DateTimeOffset.UtcNow);
        string certificate = CertificateFolder.IssueNode(Path.Combine(_folder, "ca"), Path.Combine(_folder, "mine"), "n4", [], 10, DateTimeOffset.UtcNow);
        await using ApiFixture api = await ApiFixture.StartAsync(material: new JoinMaterial(ca, null));
        var terminal = new Terminal("unused:");
        Assert.True(await terminal.RunAsync(Arguments(api, "--certificate", certificate)) == 0, terminal.Error);
        Assert.Equal(certificate, ConfigurationFile.Load(Path.Combine(_folder, "n4.yaml")).PeerTls!.Certificate);
    }

    [Fact]
    public async Task A_cluster_that_is_not_the_tokens_is_not_joined()
    {
        string ca = CertificateFolder.CreateAuthority(Path.Combine(_folder, "ca"), "test", 100, DateTimeOffset.UtcNow);
        string other = CertificateFolder.CreateAuthority(Path.Combine(_folder, "other"), "test", 100, DateTimeOffset.UtcNow);
        var cluster = new FakeCluster();
        await using ApiFixture real = await ApiFixture.StartAsync(cluster, material: new JoinMaterial(ca, null));
        string token = await TokenFileAsync(real);
        foreach (JoinMaterial material in new[] { new JoinMaterial(other, Path.ChangeExtension(other, ".key")), JoinMaterial.Plain })
        {
            await using ApiFixture impostor = await ApiFixture.StartAsync(cluster, material: material);
            var terminal = new Terminal("unused:");
            Assert.Equal(1, await terminal.RunAsync(Arguments(impostor, "--token", token)));
            Assert.Contains("is not the cluster that was to be joined", terminal.Error, StringComparison.Ordinal);
            Assert.False(File.Exists(Path.Combine(_folder, "n4.yaml")) || Directory.Exists(Path.Combine(_folder, "pki")));
        }
    }

    private string[] Arguments(ApiFixture api, params string[] proof) =>
    [
        "join", "--server", api.Address.ToString(), "--name", "n4", "--address", "10.0.0.4:7101", "--address", "[fd00::4]:7101",
        "--data", Path.Combine(_folder, "data \"4\""), "--config-out", Path.Combine(_folder, "n4.yaml"), "--run-dir", _folder, .. proof,
    ];

    private async Task<string> JoinAsync(ApiFixture api, int code, string token)
    {
        var terminal = new Terminal("unused:");
        Assert.True(await terminal.RunAsync(Arguments(api, "--token", token)) == code, terminal.Error);
        return Path.Combine(_folder, "n4.yaml");
    }

    private async Task<string> TokenFileAsync(ApiFixture api)
    {
        string file = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(file, await OutAsync(api, "token", "issue", "--who", "Ada"));
        return file;
    }

    private static async Task<string> OutAsync(ApiFixture api, params string[] args)
    {
        var terminal = new Terminal(api.Address.ToString());
        Assert.True(await terminal.RunAsync(args) == 0, terminal.Error);
        return terminal.Out;
    }
}
