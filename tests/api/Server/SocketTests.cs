using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cluster.Api.Server.Hosting;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Server.Tests;

/// <summary>The umask is the whole process's: while one of these tests changes it, no other test may make files.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;

/// <summary>The REST API on its Unix socket.</summary>
[Collection("alone")]
public sealed partial class SocketTests
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    [Fact]
    public void Nobody_else_can_get_in_at_any_moment_whatever_the_umask()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "api.sock");
        int umask = SetUmask(0);
        try
        {
            using Socket bound = ListenSockets.Bind(new UnixDomainSocketEndPoint(path));

            // Restricted before it listens: until then the kernel refuses every connection (connect(2), unix(7)).
            Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(path));
            using var early = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            Assert.Equal(
                SocketError.ConnectionRefused,
                Assert.Throws<SocketException>(() => early.Connect(new UnixDomainSocketEndPoint(path))).SocketErrorCode);
        }
        finally
        {
            _ = SetUmask(umask);
        }
    }

    [Fact]
    public async Task The_whole_api_answers_there()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpClient client = api.SocketClient();
        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(api.SocketPath));
        foreach (string path in new[] { "/v1/cluster", "/v1/events", "/healthz/live", "/metrics" })
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        api.Cluster.EmitDown(5);
        await using SseReader stream = await SseReader.OpenAsync(client, "/v1/events");
        Assert.Equal("5.1", (await stream.NextAsync()).Id);
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial int SetUmask(int mask);
}
