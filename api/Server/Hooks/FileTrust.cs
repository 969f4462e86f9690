using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Cluster.Api.Server.Hooks;

/// <summary>Whether nobody but root and the daemon's own user decides what a file is. The daemon runs it with its own rights.</summary>
internal static partial class FileTrust
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint BasicStats = 0x7ff; // STATX_BASIC_STATS
    private const int StatxBytes = 256;
    private const int OwnerOffset = 20; // stx_uid, statx(2)
    private const int ModeOffset = 28; // stx_mode
    private const int WorldWritable = 2; // S_IWOTH, inode(7)

    /// <summary>Why a file or folder is not trusted; null when it is. Links are followed.</summary>
    public static string? Complaint(string path)
    {
        Span<byte> stat = stackalloc byte[StatxBytes];
        if (Statx(CurrentFolder, path, 0, BasicStats, ref MemoryMarshal.GetReference(stat)) != 0)
        {
            return $"{path} can't be looked at: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}";
        }

        uint owner = BinaryPrimitives.ReadUInt32LittleEndian(stat[OwnerOffset..]);
        ushort mode = BinaryPrimitives.ReadUInt16LittleEndian(stat[ModeOffset..]);
        uint self = EffectiveUser();
        if (owner != 0 && owner != self)
        {
            return $"{path} belongs to user {owner}, who could have anything run with the daemon's rights: give it to root or to user {self}";
        }

        return (mode & WorldWritable) != 0
            ? $"{path} can be written by everybody, who could have anything run with the daemon's rights: chmod o-w {path}"
            : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
