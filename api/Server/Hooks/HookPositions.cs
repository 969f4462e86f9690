using System.Text;
using Cluster.Membership;

namespace Cluster.Api.Server.Hooks;

/// <summary>
/// Up to which event each hook has been run: one small file each. A position is written after the run, so after a crash an event may be handed to
/// a hook again, and none is left out (at least once).
/// </summary>
internal sealed class HookPositions(string directory)
{
    /// <summary>Where a hook stands; null when it was never run here.</summary>
    public EventPosition? Read(Hook hook)
    {
        try
        {
            return EventPosition.TryParse(File.ReadAllText(PathOf(hook)).Trim(), out EventPosition position) ? position : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Notes where it stands. The file is whole at any moment: written beside, synced, renamed.</summary>
    public void Write(Hook hook, EventPosition position)
    {
        Directory.CreateDirectory(directory);
        string path = PathOf(hook);
        string beside = path + ".new";
        using (FileStream file = File.Create(beside))
        {
            file.Write(Encoding.ASCII.GetBytes($"{position}\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <summary>The hook is gone: one of the same name begins anew.</summary>
    public void Forget(Hook hook) => File.Delete(PathOf(hook));

    /// <summary>The names of all hooks with a position, as files.</summary>
    public IReadOnlyList<string> Files() => Directory.Exists(directory) ? Directory.GetFiles(directory) : [];

    /// <summary>A hook's file. The slash becomes a colon, which no sub-folder's name has, so two hooks never share one.</summary>
    public string PathOf(Hook hook) => Path.Combine(directory, hook.Name.Replace('/', ':'));
}
