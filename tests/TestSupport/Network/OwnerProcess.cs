using System.Globalization;

namespace Cluster.Tests.Support.Network;

/// <summary>
/// Who made a namespace or a folder: the process's number and the instant of its start, for numbers are used again.
/// </summary>
internal static class OwnerProcess
{
    // proc_pid_stat(5): field 22, counted behind the name, which may hold anything up to its last parenthesis.
    private const int StartTimeAfterName = 19;

    /// <summary>This process, in the form <c>PID-START</c>.</summary>
    public static string Own { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{StartOf(Environment.ProcessId)}");

    /// <summary>Whether the process lives that wrote itself into a name as <c>PREFIX-PID-START-...</c>; true when the name is of another form.</summary>
    public static bool MayLive(string name)
    {
        string[] parts = name.Split('-');
        return parts.Length < 3
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            || StartOf(pid) == parts[2];
    }

    private static string? StartOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[StartTimeAfterName];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
