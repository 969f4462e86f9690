using System.Globalization;

namespace Cluster.Runtime.Processes;

/// <summary>
/// A process, told from every other that ever had its number on this boot by its start time (proc(5), stat field 22).
/// </summary>
/// <param name="Id">Its number in this daemon's namespace.</param>
/// <param name="StartTicks">Its start in clock ticks since boot.</param>
internal readonly record struct ProcessIdentity(int Id, ulong StartTicks)
{
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
            return NativeMethods.ProcessExists(id) ? Sight.Hidden : Sight.Gone;
        }

        // The name (field 2) stands in parentheses and may contain anything, so fields are counted from the last parenthesis:
        // 3 state, 20 number of threads, 22 start time. A dead first thread is a zombie although others may run on.
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        dead = fields[0] is "Z" or "X" && int.Parse(fields[17], CultureInfo.InvariantCulture) <= 1;
        start = ulong.Parse(fields[19], CultureInfo.InvariantCulture);
        return Sight.Seen;
    }

    private enum Sight
    {
        Seen,
        Hidden,
        Gone,
    }
}
