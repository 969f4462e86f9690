using System.Globalization;
using System.Runtime.InteropServices;

namespace Cluster.Client.Processes;

/// <summary>
/// A process, told from every other that ever had its number on this boot by its start time (proc(5), stat field 22).
/// </summary>
/// <param name="Id">Its number in this daemon's namespace.</param>
/// <param name="StartTicks">Its start in clock ticks since boot.</param>
internal readonly partial record struct ProcessIdentity(int Id, ulong StartTicks)
{
    private const int NoSuchProcess = 3; // ESRCH
    private static readonly int[] s_pausesMs = [1, 2, 5, 10, 20];

    /// <summary>Reads the identity of a running process.</summary>
    /// <returns>Null when there is none with that number, or it has ended, or it can't be seen from here.</returns>
    public static ProcessIdentity? Of(int id) =>
        Look(id, out ulong start, out bool dead) == Sight.Seen && !dead ? new ProcessIdentity(id, start) : null;

    /// <summary>
    /// True when nothing of this process runs any more: its number is free or another's, or all of it is dead and only its parent
    /// has not collected it yet. What can't be seen counts as running: the end must be proven.
    /// </summary>
    public bool HasEnded() => Look(Id, out ulong start, out bool dead) switch
    {
        Sight.Seen => start != StartTicks || dead,
        Sight.Gone => true,
        _ => false,
    };

    /// <summary>Waits for the end; looks every 20 ms, at first oftener.</summary>
    public async Task WaitForEndAsync(CancellationToken cancellation)
    {
        for (int round = 0; !HasEnded(); round++)
        {
            int pause = s_pausesMs[Math.Min(round, s_pausesMs.Length - 1)];
            await Task.Delay(pause, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"process {Id} (started at tick {StartTicks})";

    private static Sight Look(int id, out ulong start, out bool dead)
    {
        start = 0;
        dead = false;
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A /proc that hides other users' processes looks the same as one without them, so the kernel is asked directly.
            return Exists(id) ? Sight.Hidden : Sight.Gone;
        }

        (start, dead) = Parse(text);
        return Sight.Seen;
    }

    /// <summary>Reads a line of /proc/PID/stat (proc(5)).</summary>
    /// <exception cref="FormatException">It is no such line: never to be taken for a death.</exception>
    internal static (ulong StartTicks, bool Dead) Parse(string stat)
    {
        // The name (field 2) stands in parentheses and may contain anything, so fields are counted from the last parenthesis:
        // 3 state, 20 number of threads, 22 start time. A dead first thread is a zombie although others may run on.
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20)
        {
            throw new FormatException($"'{stat}' is no line of /proc/PID/stat; is /proc that of proc(5)?");
        }

        bool dead = fields[0] is "Z" or "X" or "x" && int.Parse(fields[17], CultureInfo.InvariantCulture) <= 1;
        return (ulong.Parse(fields[19], CultureInfo.InvariantCulture), dead);
    }

    /// <summary>Whether the kernel knows a process of this number (kill(2) with signal 0).</summary>
    private static bool Exists(int id) => Kill(id, 0) == 0 || Marshal.GetLastPInvokeError() != NoSuchProcess;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int id, int signal);

    private enum Sight
    {
        Seen,
        Hidden,
        Gone,
    }
}
