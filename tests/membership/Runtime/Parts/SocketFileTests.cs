using System.Net.Sockets;
using Cluster.Runtime.MemberSocket;

namespace Cluster.Runtime.Tests.Parts;

public sealed class SocketFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rt").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Only_owner_and_group_may_connect()
    {
        string path = Path.Combine(_folder, "sub", "s");
        using Socket socket = SocketFile.Listen(path);

        Assert.Equal("0660", "0" + Convert.ToString((int)File.GetUnixFileMode(path), 8));
    }

    [Fact]
    public void A_socket_that_a_killed_daemon_left_is_replaced()
    {
        string path = Path.Combine(_folder, "s");
        string elsewhere = Path.Combine(_folder, "t");
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // Closing removes the file that was bound, as a killed process would not have; so it is moved out of the way.
            dead.Bind(new UnixDomainSocketEndPoint(elsewhere));
            File.Move(elsewhere, path);
        }

        Assert.True(File.Exists(path));
        using Socket socket = SocketFile.Listen(path);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void A_socket_that_somebody_listens_on_is_left_alone()
    {
        string path = Path.Combine(_folder, "s");
        using Socket first = SocketFile.Listen(path);

        IOException refusal = Assert.Throws<IOException>(() => SocketFile.Listen(path));
        Assert.Contains("another process listens", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void A_path_that_is_too_long_is_refused_with_the_limit()
    {
        IOException refusal = Assert.Throws<IOException>(() => SocketFile.Listen("/tmp/" + new string('x', 110)));
        Assert.Contains("at most 107", refusal.Message, StringComparison.Ordinal);
    }
}
