using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Cluster.Client.Processes;

/// <summary>
/// Who connected to a Unix socket, as the kernel says (SO_PEERCRED, unix(7)): the process that called connect(2).
/// </summary>
/// <param name="Process">Its number in this daemon's namespace; 0 when it is in another that can't be seen from here.</param>
/// <param name="User">Its effective user.</param>
/// <param name="Group">Its effective group.</param>
internal readonly record struct PeerCredentials(int Process, uint User, uint Group)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    public static PeerCredentials Of(Socket socket)
    {
        Span<int> credentials = stackalloc int[3];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(credentials));
        return new PeerCredentials(credentials[0], (uint)credentials[1], (uint)credentials[2]);
    }
}
