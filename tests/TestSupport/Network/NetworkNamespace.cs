using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Cluster.Tests.Support.Network;

/// <summary>
/// One network namespace of the kernel (network_namespaces(7)), named under <c>/run/netns</c>. The name carries the process that made it, so that what a
/// test run left behind when it died can be told and removed (<see cref="NamespaceLeftovers"/>).
/// </summary>
public sealed partial class NetworkNamespace : IDisposable
{
    internal const string Prefix = "cltest";
    internal const string Folder = "/run/netns";

    private const int OpenReadOnly = 0;
    private const int CloseOnExec = 0x80000;
    private const int NewNetwork = 0x40000000;
    private static int s_made;

    private NetworkNamespace(string name) => Name = name;

    /// <summary>Its name, as <c>ip netns</c> shows it.</summary>
    public string Name { get; }

    /// <summary>Where it is entered: for <c>nsenter --net=</c>.</summary>
    public string Path => System.IO.Path.Combine(Folder, Name);

    /// <summary>Makes one, with its own loopback up and nothing else.</summary>
    /// <param name="role">Ends its name.</param>
    /// <exception cref="InvalidOperationException">It could not be made: <see cref="NamespaceNetwork.Missing"/> says beforehand why.</exception>
    public static NetworkNamespace Create(string role)
    {
        string name = string.Create(
            CultureInfo.InvariantCulture, $"{Prefix}-{OwnerProcess.Own}-{Interlocked.Increment(ref s_made)}-{role}");
        SystemCommand.Run("ip", ["netns", "add", name]);
        NetworkNamespace made = new(name);
        try
        {
            made.Ip("link set lo up");
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>Runs <c>ip</c> inside it, one command a line.</summary>
    public void Ip(params IEnumerable<string> lines) => SystemCommand.Run("ip", ["-n", Name, "-batch", "-"], string.Join('\n', lines) + "\n");

    /// <summary>Runs a program inside it to its end and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public string Exec(string program, IEnumerable<string> arguments, string? input = null) =>
        SystemCommand.Run("nsenter", [$"--net={Path}", "--", Programs.Find(program) ?? program, .. arguments], input);

    /// <summary>
    /// Calls <paramref name="act"/> on a thread that is inside. A socket made there belongs to this namespace for good, and so does a process started
    /// there; what an async method does after its first await is outside.
    /// </summary>
    public T Enter<T>(Func<T> act)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                Join();
                result = act();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true, Name = $"inside {Name}" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    /// <summary>The processes inside.</summary>
    public IReadOnlyList<int> Processes() => ProcessesIn(Name);

    /// <summary>Kills what runs inside and removes it, and with it every interface that it holds.</summary>
    public void Dispose() => Remove(Name);

    internal static IReadOnlyList<int> ProcessesIn(string name) =>
    [
        .. SystemCommand.Run("ip", ["netns", "pids", name])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => int.Parse(line, CultureInfo.InvariantCulture)),
    ];

    internal static void Remove(string name)
    {
        // A process that is killed may have started another between the look and the signal: until nobody is left.
        for (int round = 0; round < 50 && File.Exists(System.IO.Path.Combine(Folder, name)); round++)
        {
            IReadOnlyList<int> inside = [.. ProcessesIn(name).Where(process => process != Environment.ProcessId)];
            if (inside.Count == 0)
            {
                break;
            }

            foreach (int process in inside)
            {
                KillOne(process);
            }

            Thread.Sleep(10);
        }

        if (File.Exists(System.IO.Path.Combine(Folder, name)))
        {
            SystemCommand.Run("ip", ["netns", "delete", name]);
        }
    }

    private static void KillOne(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It ended meanwhile.
        }
    }

    private void Join()
    {
        int descriptor = Open(Path, OpenReadOnly | CloseOnExec);
        if (descriptor < 0)
        {
            throw new InvalidOperationException($"{Path} could not be opened: errno {Marshal.GetLastPInvokeError()}");
        }

        int entered = SetNamespace(descriptor, NewNetwork);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (entered != 0)
        {
            throw new InvalidOperationException($"setns into {Path} failed: errno {error}; only root may");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
