using System.Text.Json;

namespace Cluster.Api.Cli.Tests;

public sealed class PkiTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pki").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_CA_and_a_nodes_certificate_are_made_with_private_keys_and_shown()
    {
        var terminal = new Terminal("http://127.0.0.1:1");
        Assert.Equal(0, await terminal.RunAsync("pki", "init", "--cluster-id", "production", "--out", At("ca")));
        Assert.Equal(0, await terminal.RunAsync(
            "pki", "issue", "n1", "--ca", At("ca"), "--out", At("n1"), "--host", "node1.example.org", "--host", "10.0.0.1", "--host", "::1", "--days", "30"));
        Assert.Contains($"peerTls: {{ ca: {At("n1/ca.crt")}, certificate: {At("n1/n1.crt")}, key: {At("n1/n1.key")} }}", terminal.Out, StringComparison.Ordinal);
        Assert.Equal(["ca.crt", "ca.key"], Files("ca"));
        Assert.Equal(["ca.crt", "n1.crt", "n1.key"], Files("n1"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("ca/ca.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("n1/n1.key")));

        var shown = new Terminal("http://127.0.0.1:1");
        Assert.Equal(0, await shown.RunAsync("pki", "show", At("n1/n1.crt")));
        foreach (string part in new[] { "node n1 of cluster production", "cluster://production/n1", "30 days left", "node1.example.org, 10.0.0.1, ::1" })
        {
            Assert.Contains(part, shown.Out, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("PRIVATE", terminal.Out + terminal.Error + shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_read_certificates_as_JSON()
    {
        var terminal = new Terminal("http://127.0.0.1:1");
        Assert.Equal(0, await terminal.RunAsync("pki", "init", "--cluster-id", "production", "--out", At("ca"), "--json"));
        using JsonDocument made = JsonDocument.Parse(terminal.Out);
        JsonElement authority = Assert.Single(made.RootElement.EnumerateArray());
        Assert.Equal("cluster://production", authority.GetProperty("name").GetString());
        Assert.True(authority.GetProperty("authority").GetBoolean());
        Assert.True(authority.GetProperty("notAfter").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddDays(3000));
    }

    [Fact]
    public async Task Nothing_is_overwritten()
    {
        var terminal = new Terminal("http://127.0.0.1:1");
        await terminal.RunAsync("pki", "init", "--cluster-id", "production", "--out", At("ca"));
        await terminal.RunAsync("pki", "issue", "n1", "--ca", At("ca"), "--out", At("n1"));
        Dictionary<string, string> before = Directory.GetFiles(_root, "*", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllText);

        Assert.Equal(1, await terminal.RunAsync("pki", "init", "--cluster-id", "other", "--out", At("ca")));
        Assert.Equal(1, await terminal.RunAsync("pki", "issue", "n1", "--ca", At("ca"), "--out", At("n1")));
        Assert.Contains("exists and is not overwritten; give another folder with --out", terminal.Error, StringComparison.Ordinal);
        await terminal.RunAsync("pki", "init", "--cluster-id", "other", "--out", At("other"));
        Assert.Equal(1, await terminal.RunAsync("pki", "issue", "n2", "--ca", At("other"), "--out", At("n1")));
        Assert.Contains("is the certificate of another CA", terminal.Error, StringComparison.Ordinal);
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllText(file.Key)));
        Assert.False(File.Exists(At("n1/n2.key")));
        Assert.DoesNotContain("PRIVATE", terminal.Out + terminal.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "write 1 to 63 of a-z 0-9 -", "init", "--cluster-id", "My Cluster", "--out", "@x")]
    [InlineData(1, "give 1 to 36500", "init", "--cluster-id", "a", "--out", "@x", "--days", "0")]
    [InlineData(1, "write 1 to 63 of a-z 0-9 -", "issue", "../n1", "--ca", "@ca", "--out", "@x")]
    [InlineData(1, "is neither a host name nor an address", "issue", "n1", "--ca", "@ca", "--out", "@x", "--host", "a b")]
    [InlineData(1, "name the folder that 'clusterctl pki init' made", "issue", "n1", "--ca", "@nowhere", "--out", "@x")]
    [InlineData(1, "can't be read as a certificate", "show", "@nowhere")]
    [InlineData(1, "holds no certificate", "show", "@ca/ca.key")]
    [InlineData(2, "--cluster-id", "init", "--out", "@x")]
    [InlineData(2, "--ca", "issue", "n1", "--out", "@x")]
    [InlineData(2, "--days", "init", "--cluster-id", "a", "--out", "@x", "--days", "many")]
    public async Task A_mistake_is_told_with_what_to_do_and_leaves_nothing(int code, string said, params string[] args)
    {
        await new Terminal("http://127.0.0.1:1").RunAsync("pki", "init", "--cluster-id", "production", "--out", At("ca"));
        var terminal = new Terminal("http://127.0.0.1:1");
        Assert.Equal(code, await terminal.RunAsync(["pki", .. args.Select(arg => arg.StartsWith('@') ? At(arg[1..]) : arg)]));
        Assert.Contains(said, terminal.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", terminal.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", terminal.Out + terminal.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("x")));
    }

    private string At(string name) => Path.Combine(_root, name);

    private string[] Files(string folder) => [.. Directory.GetFiles(At(folder)).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
}
