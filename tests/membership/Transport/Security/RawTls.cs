using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Cluster.Transport.Tests.Security;

/// <summary>Ends of a TLS connection that show whatever certificate the test wants and trust everyone.</summary>
[SuppressMessage("Security", "CA5359", Justification = "The other end's judgement is tested, not this one's")]
internal static class RawTls
{
    private static readonly CancellationToken s_deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    /// <summary>Says a hello as node 1 and returns the answer.</summary>
    public static async Task<LinkAnswer?> GreetAsync(EndPoint listener, X509Certificate2? shown, SslProtocols protocols = SslProtocols.Tls13)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener, s_deadline);
        await using var tls = new SslStream(new NetworkStream(socket), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "n2",
                EnabledSslProtocols = protocols,
                ClientCertificateContext = shown is null ? null : SslStreamCertificateContext.Create(shown, null, offline: true),
            },
            s_deadline);
        var connection = new FrameConnection(tls, LinkHello.MaxBytes);
        connection.Buffer(new LinkHello(Ends.Dialer.Identity, 2, LinkPriority.Urgent).Encode());
        await connection.FlushAsync(s_deadline);
        return await connection.ReadAsync(s_deadline) is { } frame ? LinkAnswer.TryDecode(frame.Span) : null;
    }

    /// <summary>Accepts one connection, showing a certificate, and returns the first frame.</summary>
    public static async Task<ReadOnlyMemory<byte>?> AcceptAsync(Socket listening, X509Certificate2 shown)
    {
        using Socket socket = await listening.AcceptAsync(s_deadline);
        await using var tls = new SslStream(new NetworkStream(socket), false, (_, _, _, _) => true);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ServerCertificateContext = SslStreamCertificateContext.Create(shown, null, offline: true),
                ClientCertificateRequired = true,
            },
            s_deadline);
        return await new FrameConnection(tls, LinkHello.MaxBytes).ReadAsync(s_deadline);
    }

    public static Socket Listen(out EndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(Ends.AnyPort);
        socket.Listen();
        endPoint = socket.LocalEndPoint!;
        return socket;
    }
}
