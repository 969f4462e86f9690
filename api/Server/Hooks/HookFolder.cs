using Cluster.Api.Contract;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Cluster.Api.Server.Hooks;

/// <summary>Looks which hooks there are.</summary>
internal static class HookFolder
{
    /// <summary>More are refused: each is a reader of events and a series of metrics.</summary>
    public const int MostHooks = 64;

    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The names that sub-folders may have.</summary>
    public static IReadOnlySet<string> Kinds { get; } = new SortedSet<string>(
        typeof(EventData).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(kind => (string)kind.TypeDiscriminator!).Append(Hook.AnyKind),
        StringComparer.Ordinal);

    /// <summary>Looks. Files that are not executable, hidden files and editors' leavings are no hooks.</summary>
    /// <returns>The hooks by name, and complaints about what looks like one and is not run.</returns>
    public static (IReadOnlyList<Hook> Hooks, IReadOnlyList<string> Complaints) Scan(string directory)
    {
        List<Hook> hooks = [];
        List<string> complaints = [];
        try
        {
            if (!Directory.Exists(directory))
            {
                return ([], [$"there is no folder {directory}: no hook is run"]);
            }

            if (FileTrust.Complaint(directory) is { } untrusted)
            {
                return ([], [$"no hook is run: {untrusted}"]);
            }

            foreach (string folder in Directory.GetDirectories(directory).Order(StringComparer.Ordinal))
            {
                Scan(folder, hooks, complaints);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            complaints.Add($"hooks in {directory} can't be read: {error.Message}");
        }

        if (hooks.Count > MostHooks)
        {
            complaints.Add($"{directory} holds {hooks.Count} hooks; only the first {MostHooks} by name are run");
            hooks.RemoveRange(MostHooks, hooks.Count - MostHooks);
        }

        return (hooks, complaints);
    }

    private static void Scan(string folder, List<Hook> hooks, List<string> complaints)
    {
        string kind = Path.GetFileName(folder);
        if (kind.StartsWith('.'))
        {
            return;
        }

        if (!Kinds.Contains(kind))
        {
            complaints.Add($"no kind of event is called '{kind}', so nothing in {folder} is run; name it {string.Join(", ", Kinds)}");
            return;
        }

        if (FileTrust.Complaint(folder) is { } untrusted)
        {
            complaints.Add($"no hook for {kind} is run: {untrusted}");
            return;
        }

        foreach (string path in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            string file = Path.GetFileName(path);
            if (file.StartsWith('.') || file.EndsWith('~') || (File.GetUnixFileMode(path) & Execute) == 0)
            {
                continue;
            }

            if (FileTrust.Complaint(path) is { } complaint)
            {
                complaints.Add($"hook {kind}/{file} is not run: {complaint}");
            }
            else
            {
                hooks.Add(new Hook($"{kind}/{file}", path, kind));
            }
        }
    }
}
