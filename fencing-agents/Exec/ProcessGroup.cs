using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cluster.Fencing.Exec;

/// <summary>
/// Kills an agent with everything it started. Agents run in a session of their own (setsid), so that children whose parent has
/// gone already, which a walk over parents and children would miss, are found by their process group.
/// </summary>
internal static partial class ProcessGroup
{
    private const int SigKill = 9;

    /// <summary>The program that starts another one in a session of its own; null where there is none.</summary>
    public static readonly string? Launcher = File.Exists("/usr/bin/setsid") ? "/usr/bin/setsid" : null;

    public static void Kill(Process leader)
    {
        if (Launcher is not null)
        {
            // Fails when the group is gone, or not there yet; the second way covers the latter.
            _ = SendSignal(-leader.Id, SigKill);
        }

        try
        {
            leader.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It has ended by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);
}
