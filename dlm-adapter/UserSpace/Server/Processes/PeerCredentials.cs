using System.Buffers.Binary;
using System.Net.Sockets;

namespace Cluster.Locks.UserSpace.Server;

/// <summary>
/// Who is at the other end of a Unix socket: SO_PEERCRED, unix(7). The kernel filled it in when the peer connected.
/// </summary>
internal static class PeerCredentials
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int UcredBytes = 12;

    /// <summary>The peer's process number; 0 when it cannot be seen from this process's pid namespace.</summary>
    public static int ProcessOf(Socket socket)
    {
        Span<byte> ucred = stackalloc byte[UcredBytes];
        int length = socket.GetRawSocketOption(SolSocket, SoPeerCred, ucred);
        if (length != UcredBytes)
        {
            throw new NotSupportedException($"SO_PEERCRED answered {length} bytes instead of {UcredBytes}");
        }

        // struct ucred { pid_t pid; uid_t uid; gid_t gid; } in the machine's byte order.
        return BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadInt32LittleEndian(ucred)
            : BinaryPrimitives.ReadInt32BigEndian(ucred);
    }
}
