namespace Cluster.Fencing.Exec;

/// <summary>A device's parameters, checked.</summary>
/// <param name="Device">The device's name.</param>
/// <param name="Executable">The agent's path.</param>
/// <param name="Plugs">What the targets are called at the device, where that differs from their names.</param>
/// <param name="Plug">What every target is called at the device; null when it depends on the target.</param>
/// <param name="Settings">The agent's own parameters; the values of secret ones are references.</param>
internal sealed record ExecOptions(
    string Device,
    string Executable,
    IReadOnlyDictionary<string, string> Plugs,
    string? Plug,
    IReadOnlyList<KeyValuePair<string, string>> Settings)
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private static readonly string[] Folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

    // Set by the plug-in for each call.
    private static readonly string[] Reserved = ["action", "option", "nodename"];

    public static readonly IReadOnlyList<FenceParameter> Parameters =
    [
        new("agent", Required: true, Secret: false, null, "Name of a fence_* program, or its absolute path."),
        new("plug", Required: false, Secret: false, "the target's name", "What the target is called at the device."),
        new("hostMap", Required: false, Secret: false, null,
            "What each target is called at the device, where that differs: n1:1;n2:outlet-7."),
        new("password", Required: false, Secret: true, null, "Reference to the password, for agents that take one."),
        new("passwd", Required: false, Secret: true, null, "The older name of password."),
    ];

    /// <summary>The agent's name, for messages.</summary>
    public string AgentName => Path.GetFileName(Executable);

    public static ExecOptions From(FenceDevice device)
    {
        var read = new FenceParameterReader(device);
        foreach (var name in Reserved.Where(device.Parameters.ContainsKey))
        {
            throw read.Wrong(name, "is set for each call by the plug-in. Remove it.");
        }

        var settings = device.Parameters
            .Where(pair => pair.Key is not ("agent" or "plug" or "hostMap"))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .ToArray();
        foreach (var (name, value) in settings)
        {
            CheckSetting(read, name, value);
        }

        var plug = read.Optional("plug", "");
        CheckLine(read, "plug", plug);
        return new ExecOptions(
            device.Name,
            FindExecutable(read, read.Required("agent")),
            HostMap(read, read.Optional("hostMap", "")),
            plug.Length == 0 ? null : plug,
            settings);
    }

    /// <summary>What the target is called at the device.</summary>
    public string PlugOf(string target) => Plugs.TryGetValue(target, out var mapped) ? mapped : Plug ?? target;

    /// <summary>
    /// Whether a parameter of the name holds a secret. Agents do not say so in their metadata; these words cover what they use. A
    /// script that prints the password is named by its path, which is no secret.
    /// </summary>
    public static bool IsSecret(string name)
    {
        string[] words = ["passw", "secret", "token", "community", "passphrase", "api_key", "apikey"];
        return !name.EndsWith("_script", StringComparison.OrdinalIgnoreCase)
            && !name.EndsWith("-script", StringComparison.OrdinalIgnoreCase)
            && Array.Exists(words, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    private static void CheckSetting(FenceParameterReader read, string name, string value)
    {
        if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
        {
            throw read.Wrong(name, "has a name that no agent can take. Use letters, digits, _ and -.");
        }

        CheckLine(read, name, value);
        if (IsSecret(name) && !SecretSource.IsReference(value))
        {
            throw read.Wrong(name, "is a secret in the clear. Write file:PATH or env:NAME instead.");
        }
    }

    private static void CheckLine(FenceParameterReader read, string name, string value)
    {
        // Each parameter is one line of the agent's input: a line break would smuggle in another parameter.
        if (value.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0)
        {
            throw read.Wrong(name, "contains a line break. Remove it.");
        }
    }

    private static Dictionary<string, string> HostMap(FenceParameterReader read, string text)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in text.Split([';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = entry.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || colon == entry.Length - 1 || !map.TryAdd(entry[..colon], entry[(colon + 1)..]))
            {
                throw read.Wrong("hostMap", $"has the entry '{entry}'. Write each target once, as in n1:1;n2:outlet-7.");
            }

            CheckLine(read, "hostMap", entry);
        }

        return map;
    }

    private static string FindExecutable(FenceParameterReader read, string agent)
    {
        var path = agent.Contains('/', StringComparison.Ordinal)
            ? agent
            : Folders.Select(folder => Path.Combine(folder, agent)).FirstOrDefault(File.Exists);
        if (path is null || !Path.IsPathRooted(path) || !File.Exists(path))
        {
            throw read.Wrong("agent", $"is '{agent}', which is not there. Install it, or write its absolute path.");
        }

        if (OperatingSystem.IsWindows())
        {
            return path;
        }

        var mode = File.GetUnixFileMode(path);
        if ((mode & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) == 0)
        {
            throw read.Wrong("agent", $"is '{path}', which is not executable. Run chmod +x on it.");
        }

        return (mode & WritableByOthers) == 0
            ? path
            : throw read.Wrong("agent", $"is '{path}', which its group or others may write. Run chmod go-w on it.");
    }
}
