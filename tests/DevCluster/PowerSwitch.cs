using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Cluster.Tests.DevCluster;

/// <summary>
/// The power switch of one node. The node is a process group; off is SIGKILL to all of it, on starts its boot script anew. The BMC calls the same
/// script, so that what it reports is read off the processes themselves.
/// </summary>
public sealed partial class PowerSwitch(string nodeFolder)
{
    private const int SigKill = 9;
    private const int SigStop = 19;
    private const int SigCont = 18;
    private const int SigTerm = 15;
    private const int NoSuchProcess = 3;

    /// <summary>The command line for a BMC: <c>get power</c> or <c>set power 0|1</c> is appended.</summary>
    public string CommandLine => $"{Path.Combine(nodeFolder, "power-switch")}";

    /// <summary>Whether any process of the node lives.</summary>
    public bool IsOn => Run("get", "power").Contains("power:1", StringComparison.Ordinal);

    /// <summary>Starts the node's processes; does nothing when it is on.</summary>
    public void On() => Run("set", "power", "1");

    /// <summary>Kills the node's processes.</summary>
    public void Off() => Run("set", "power", "0");

    /// <summary>Kills the node's processes at this instant: <see cref="Off"/> asks the script, which takes a while.</summary>
    public void Kill() => Signal(SigKill);

    /// <summary>Hangs the machine: every process of the node stops where it is.</summary>
    public void Hang() => Signal(SigStop);

    /// <summary>Lets a hung machine go on.</summary>
    public void Resume() => Signal(SigCont);

    /// <summary>Lets a machine go on that may have been switched off, or be just booting, meanwhile.</summary>
    public void TryResume()
    {
        if (File.Exists(Path.Combine(nodeFolder, "pgid")))
        {
            Signal(SigCont, mayBeOff: true);
        }
    }

    /// <summary>Asks every process of the node to end in good order; does nothing when none is left.</summary>
    public void Shutdown() => Signal(SigTerm, mayBeOff: true);

    private void Signal(int signal, bool mayBeOff = false)
    {
        int group = int.Parse(File.ReadAllText(Path.Combine(nodeFolder, "pgid")), CultureInfo.InvariantCulture);
        if (Kill(-group, signal) != 0 && !(mayBeOff && Marshal.GetLastPInvokeError() == NoSuchProcess))
        {
            throw new InvalidOperationException($"no process of the node in {nodeFolder} could be signalled: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    private string Run(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(CommandLine, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{CommandLine} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
