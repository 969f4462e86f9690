using System.Globalization;

namespace Cluster.Locks.UserSpace.Server;

/// <summary>
/// One life of one process: its number and its start time (proc(5), /proc/PID/stat, field 22, clock ticks since boot). The start time tells
/// a process apart from a later one that got the same number.
/// </summary>
internal readonly record struct ProcessIdentity(int Id, ulong StartTicks)
{
    // ESRCH: the process ended while its file was read.
    private const int NoSuchProcess = 3;

    /// <summary>
    /// The process that has this number now; null when there is none, or when only its remains wait to be collected by its parent
    /// (zombie, and no other thread of it is left: a leader that ended before its threads is a zombie too).
    /// </summary>
    public static ProcessIdentity? OfLiving(int id)
    {
        string stat;
        try
        {
            stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException e) when (e.HResult == NoSuchProcess)
        {
            return null;
        }

        return Parse(id, stat);
    }

    /// <summary>True while this very process lives.</summary>
    public bool IsAlive() => OfLiving(Id) == this;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"process {Id}");

    /// <summary>Reads a line of /proc/PID/stat. The name in parentheses may itself hold blanks and parentheses.</summary>
    internal static ProcessIdentity? Parse(int id, string stat)
    {
        int name = stat.LastIndexOf(')');
        string[] fields = name < 0 ? [] : stat[(name + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20 || !ulong.TryParse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture, out ulong start))
        {
            throw new InvalidDataException($"/proc/{id}/stat cannot be read: '{stat}'; is /proc that of proc(5)?");
        }

        bool ended = fields[0] is "X" or "x" || (fields[0] == "Z" && (fields[17] is "0" or "1"));
        return ended ? null : new ProcessIdentity(id, start);
    }
}
