using System.Net.Sockets;

namespace Cluster.Api.Cli.Http;

/// <summary>Where the daemon is reached: a URL, or <c>unix:PATH</c>.</summary>
internal sealed record Endpoint(string Text, Uri BaseAddress, string? SocketPath)
{
    public const string Variable = "CLUSTER_ENDPOINT";
    public const string Default = "unix:/run/cluster/api.sock";

    /// <exception cref="CliException">It is neither.</exception>
    public static Endpoint Parse(string text)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            string path = text["unix:".Length..];
            return path.Length > 0
                ? new Endpoint(text, new Uri("http://localhost"), Path.GetFullPath(path.StartsWith("//", StringComparison.Ordinal) ? path[1..] : path))
                : throw new CliException(ExitCode.Usage, "The endpoint 'unix:' names no socket. Write unix:PATH.");
        }

        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? new Endpoint(text, uri, null)
            : throw new CliException(
                ExitCode.Usage, $"'{text}' is no endpoint. Write a URL (http://127.0.0.1:7201) or a Unix socket (unix:/run/cluster/api.sock).");
    }

    public HttpMessageHandler Handler()
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), AllowAutoRedirect = false, UseProxy = false };
        if (SocketPath is { } path)
        {
            handler.ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        return handler;
    }
}
