using System.Globalization;
using System.Runtime.InteropServices;

namespace Cluster.Locks.UserSpace.Server;

/// <summary>
/// One life of one process: its number and its start time (proc(5), /proc/PID/stat, field 22, clock ticks since boot). The start
/// time tells a process apart from a later one that got the same number.
/// </summary>
internal readonly partial record struct ProcessIdentity(int Id, ulong StartTicks)
{
    private const int NoSignal = 0;
    private const int NoSuchProcess = 3; // ESRCH

    /// <summary>
    /// The process that has this number now; null when there is none, when it has ended, or when it cannot be seen from here.
    /// </summary>
    public static ProcessIdentity? OfLiving(int id) => Read(id) is { } stat ? Parse(id, stat) : null;

    /// <summary>
    /// True when this very process does not run any more: its number is free or another's, or only its remains wait to be
    /// collected. A process that cannot be seen counts as running: what it holds is released on proof only.
    /// </summary>
    public bool HasEnded() => Read(Id) is { } stat ? Parse(Id, stat) != this : !Exists(Id);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"process {Id}");

    /// <summary>
    /// Reads a line of /proc/PID/stat; null for a process that has ended. The name in parentheses may itself hold blanks and
    /// parentheses. A zombie whose other threads run has not ended: it is a leader that went before them.
    /// </summary>
    /// <exception cref="InvalidDataException">It is no such line.</exception>
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

    private static string? Read(int id)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // Gone, or hidden: a /proc mounted with hidepid shows only one's own processes.
        }
    }

    private static bool Exists(int id) => Kill(id, NoSignal) == 0 || Marshal.GetLastPInvokeError() != NoSuchProcess;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
