namespace Cluster.Api.Server.Configuration;

/// <content>Hooks.</content>
internal static partial class ConfigurationFile
{
    private const int MostHooksAtOnce = 64;
    private static readonly TimeSpan DefaultHookTimeout = TimeSpan.FromSeconds(30);
    private const int DefaultHooksAtOnce = 4;

    /// <summary>Without a folder there are none, and then the other keys say nothing.</summary>
    private static HookConfiguration? ReadHooks(YamlMap map, string directory)
    {
        string? folder = map.Text("directory");
        TimeSpan timeout = Positive(map, "timeout", DefaultHookTimeout);
        int? atOnce = map.Number("atOnce", 1, MostHooksAtOnce);
        map.Close();
        return folder is null ? null : new HookConfiguration(Path.GetFullPath(folder, directory), timeout, atOnce ?? DefaultHooksAtOnce);
    }
}
