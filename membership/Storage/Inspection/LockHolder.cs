using System.Globalization;
using System.Text;
using Cluster.Storage.Devices;
using Microsoft.Win32.SafeHandles;

namespace Cluster.Storage;

/// <summary>
/// Finds out who has a log open without touching its lock: to try the lock, even for a moment, could make a daemon that starts at
/// that moment refuse. The holder wrote its number into the lock file; proc(5) /proc/locks tells whether that process still
/// holds a lock.
/// </summary>
internal static class LockHolder
{
    /// <summary>The process that holds the folder's lock; null when none is seen (one in another container is not).</summary>
    public static int? Of(string directory)
    {
        try
        {
            using SafeFileHandle file = NativeMethods.OpenForReading(Path.Combine(directory, DirectoryDevice.LockName));
            byte[] text = new byte[16];
            int read = RandomAccess.Read(file, text, 0);
            return int.TryParse(Encoding.ASCII.GetString(text, 0, read), CultureInfo.InvariantCulture, out int process)
                && HoldsLock(process)
                ? process
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool HoldsLock(int process)
    {
        // "1: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF"
        string number = process.ToString(CultureInfo.InvariantCulture);
        foreach (string line in File.ReadLines("/proc/locks"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 4 && words[1] == "FLOCK" && words[3] == "WRITE" && words[4] == number)
            {
                return true;
            }
        }

        return false;
    }
}
